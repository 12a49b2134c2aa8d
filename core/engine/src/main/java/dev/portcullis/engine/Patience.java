// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine;

/** For how long one step may keep the thread that decides. */
public enum Patience {
  /** Microseconds: the thread serves connections, and all of them wait for it. */
  NONE,

  /** Milliseconds of work, such as the verification of a signature. */
  COMPUTING
}

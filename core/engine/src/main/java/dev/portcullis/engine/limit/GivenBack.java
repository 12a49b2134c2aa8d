// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.limit;

/** When what a request was charged is given back. */
public enum GivenBack {
  /** It is kept. */
  NEVER,
  /** When the response is a success. */
  ON_SUCCESS,
  /** When the request ends, or nobody has heard of it for the length of a lease. */
  AT_THE_END
}

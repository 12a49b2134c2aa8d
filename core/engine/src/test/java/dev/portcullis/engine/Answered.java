// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine;

/** The patience of a step whose inquiry was asked. */
public final class Answered {
  private Answered() {}

  public static Patience by(Inquiry inquiry) {
    return Patience.COMPUTING.after(inquiry);
  }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.path;

/** A path that can be read in more than one way; the message is safe for clients. */
public final class AmbiguousPathException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** Says what is ambiguous. Has no stack trace: clients cause it, at will. */
  AmbiguousPathException(String message) {
    super(message, null, false, false);
  }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication.credential;

/** What a request carries at the places where one method looks. */
public sealed interface Credential {

  /** Nothing. */
  enum Absent implements Credential {
    ABSENT
  }

  /** One credential, without its prefix; not empty, without spaces, tabs and commas. */
  record Present(String value) implements Credential {

    /** Never shows the value. */
    @Override
    public String toString() {
      return "Present[redacted]";
    }
  }

  /**
   * Something that can be read in more than one way. Nobody may be let in by it, also not by
   * another method: whoever is behind us may read it the other way.
   *
   * @param detail for operators; shows no credential
   */
  record Ambiguous(String detail) implements Credential {}
}

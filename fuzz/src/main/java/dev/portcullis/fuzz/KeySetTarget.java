// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.fuzz;

import dev.portcullis.engine.authentication.json.MalformedTextException;
import dev.portcullis.engine.authentication.keys.JwkSetReader;
import dev.portcullis.engine.authentication.keys.VerificationKey;
import java.security.PublicKey;

/** A JWK set. What is read from a public one is public. */
final class KeySetTarget implements FuzzTarget {

  @Override
  public void accept(byte[] input) {
    try {
      for (VerificationKey key : JwkSetReader.readPublic(input).keys().all()) {
        if (!(key.key() instanceof PublicKey)) {
          throw new BrokenPromiseError("a public set holds a key that is not public");
        }
      }
    } catch (MalformedTextException e) {
      mustBeOneLine(e);
    }
    try {
      JwkSetReader.readSecret(input);
    } catch (MalformedTextException e) {
      mustBeOneLine(e);
    }
  }

  private static void mustBeOneLine(MalformedTextException e) {
    String message = String.valueOf(e.getMessage());
    if (message.isBlank() || message.chars().anyMatch(Character::isISOControl)) {
      throw new BrokenPromiseError("the reason is not one line");
    }
  }
}

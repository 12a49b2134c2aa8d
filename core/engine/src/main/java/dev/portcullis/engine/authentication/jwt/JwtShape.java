// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication.jwt;

import dev.portcullis.engine.authentication.json.MalformedTextException;
import dev.portcullis.engine.authentication.json.StrictJson;

/** Tells signed tokens from opaque ones by their looks. */
public final class JwtShape {
  private JwtShape() {}

  /**
   * Whether a text is plainly a JWT in compact form: three parts, of which the first is a JSON
   * object with an {@code alg}. It may be an invalid one.
   */
  public static boolean is(String token) {
    int first = token.indexOf('.');
    int second = token.indexOf('.', first + 1);
    if (first <= 0 || second < 0 || token.indexOf('.', second + 1) >= 0) {
      return false;
    }
    try {
      return StrictJson.object(Base64Url.decode(token.substring(0, first))).containsKey("alg");
    } catch (MalformedTextException e) {
      return false;
    }
  }
}

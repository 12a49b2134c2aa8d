// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.phase;

import dev.portcullis.engine.request.Headers;
import dev.portcullis.engine.request.MalformedRequestException;
import dev.portcullis.engine.request.RequestContext;

/** What a method must look like, and that nothing may speak for another one. */
final class MethodRules {
  private static final int MAX_LENGTH = 32;

  private MethodRules() {}

  /**
   * Refuses methods that no rule could name (lower case, not a token of RFC 9110 section 5.6.2) and
   * those that address a proxy and not a resource.
   */
  static void check(RequestContext request) {
    String method = request.method();
    if (method.isEmpty() || method.length() > MAX_LENGTH) {
      throw new MalformedRequestException("the method is not a method");
    }
    for (int i = 0; i < method.length(); i++) {
      char c = method.charAt(i);
      if (!(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') && c != '-' && c != '_') {
        throw new MalformedRequestException("the method is not in upper-case letters");
      }
    }
    if (method.equals("TRACE") || method.equals("CONNECT")) {
      throw new MalformedRequestException("the method is not accepted");
    }
  }

  /**
   * Whether something asks the application to take the request for one of another method, past the
   * rules for that method.
   */
  static boolean overridden(RequestContext request) {
    Headers headers = request.headers();
    return headers.contains("x-http-method-override")
        || headers.contains("x-method-override")
        || headers.contains("x-http-method")
        || request.query().count("_method") > 0;
  }
}

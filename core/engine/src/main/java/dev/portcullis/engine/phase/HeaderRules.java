// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.phase;

import dev.portcullis.engine.request.Headers;
import dev.portcullis.engine.request.MalformedRequestException;
import dev.portcullis.engine.request.RequestContext;

/** Headers of which two would mean two different requests. */
final class HeaderRules {
  private static final String[] SINGLE = {
    "authorization", "content-length", "content-type", "host", "transfer-encoding"
  };

  private HeaderRules() {}

  static void check(RequestContext request) {
    Headers headers = request.headers();
    for (String name : SINGLE) {
      if (headers.count(name) > 1) {
        throw new MalformedRequestException("there is more than one " + name + " header");
      }
    }
    if (headers.contains("content-length") && headers.contains("transfer-encoding")) {
      throw new MalformedRequestException("there are content-length and transfer-encoding");
    }
    // What Envoy makes of two host headers; a rule about one of the hosts would never hold.
    if (request.line().host().indexOf(',') >= 0) {
      throw new MalformedRequestException("there is more than one host");
    }
    String host = headers.first("host");
    if (host != null && !sameHost(host, request.line().host())) {
      throw new MalformedRequestException("the host header contradicts the request's authority");
    }
  }

  /** Whether both name one host; either may carry a port. */
  private static boolean sameHost(String a, String b) {
    return withoutPort(a).equalsIgnoreCase(withoutPort(b));
  }

  private static String withoutPort(String host) {
    int colon = host.lastIndexOf(':');
    return colon < 0 || host.indexOf(']', colon) >= 0 ? host : host.substring(0, colon);
  }
}

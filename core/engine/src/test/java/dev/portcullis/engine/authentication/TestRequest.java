// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication;

import dev.portcullis.engine.request.ClientCertificate;
import dev.portcullis.engine.request.Headers;
import dev.portcullis.engine.request.Hop;
import dev.portcullis.engine.request.Peer;
import dev.portcullis.engine.request.RequestContext;
import dev.portcullis.engine.request.RequestLine;
import dev.portcullis.policy.match.IpAddress;
import dev.portcullis.policy.match.Principal;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Requests with what a test is about, at the second in which tests happen. */
public final class TestRequest {
  private TestRequest() {}

  public static RequestContext of(String target, String... namesAndValues) {
    return at(TestToken.NOW, target, namesAndValues);
  }

  /** Over a connection whose certificate bears this identity. */
  public static RequestContext from(String principal, String... namesAndValues) {
    return request(
        TestToken.NOW, "/", Objects.requireNonNull(Principal.read(principal)), namesAndValues);
  }

  /** Of a client from outside that showed this certificate. */
  public static RequestContext showing(ClientCertificate certificate, String... namesAndValues) {
    return new RequestContext(
        new RequestLine("GET", "/", "orders.shop", "https", "HTTP/2"),
        Headers.of(namesAndValues),
        new Peer(IpAddress.parse("192.0.2.1"), 40000, null, Hop.AT_GATEWAY, certificate),
        "request-1",
        Instant.ofEpochSecond(TestToken.NOW));
  }

  public static RequestContext at(long epochSecond, String target, String... namesAndValues) {
    return request(epochSecond, target, null, namesAndValues);
  }

  private static RequestContext request(
      long epochSecond, String target, @Nullable Principal principal, String... namesAndValues) {
    return new RequestContext(
        new RequestLine("GET", target, "orders.shop", "https", "HTTP/2"),
        Headers.of(namesAndValues),
        new Peer(IpAddress.parse("192.0.2.1"), 40000, principal),
        "request-1",
        Instant.ofEpochSecond(epochSecond));
  }
}

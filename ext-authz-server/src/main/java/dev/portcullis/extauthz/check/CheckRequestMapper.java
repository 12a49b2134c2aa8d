// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.check;

import dev.portcullis.engine.request.Headers;
import dev.portcullis.engine.request.Peer;
import dev.portcullis.engine.request.RequestContext;
import dev.portcullis.engine.request.RequestLine;
import dev.portcullis.policy.decision.CheckNames;
import dev.portcullis.policy.match.IpAddress;
import io.envoyproxy.envoy.config.core.v3.HeaderMap;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.service.auth.v3.AttributeContext;
import io.envoyproxy.envoy.service.auth.v3.AttributeContext.HttpRequest;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Reads Envoy's description of a request. Takes headers from the raw header map, in which repeated
 * ones stay apart, or else from the plain map; refuses a request that has neither, because its
 * headers would be unknown and not absent.
 */
public final class CheckRequestMapper {
  private static final String SPIFFE = "spiffe://";

  private final InstantSource clock;

  /** Takes the clock that each request is decided by. */
  public CheckRequestMapper(InstantSource clock) {
    this.clock = clock;
  }

  /** The route id that Envoy's configuration put beside the request; empty when it put none. */
  public String route(CheckRequest check) {
    return check.getAttributes().getContextExtensionsOrDefault(CheckNames.ROUTE, "");
  }

  /**
   * The request.
   *
   * @throws UnreadableCheckException when Envoy described no HTTP request, no headers or no IP
   *     address: a fault of the configuration and not of the client
   */
  public RequestContext map(CheckRequest check) throws UnreadableCheckException {
    AttributeContext attributes = check.getAttributes();
    if (!attributes.getRequest().hasHttp()) {
      throw new UnreadableCheckException("the check describes no HTTP request");
    }
    HttpRequest http = attributes.getRequest().getHttp();
    return new RequestContext(
        new RequestLine(
            http.getMethod(),
            http.getPath(),
            withoutPort(http.getHost()),
            http.getScheme(),
            http.getProtocol()),
        headers(http),
        peer(attributes.getSource()),
        http.getId().isEmpty() ? ownId() : http.getId(),
        clock.instant());
  }

  private static Headers headers(HttpRequest http) throws UnreadableCheckException {
    if (http.hasHeaderMap()) {
      return rawHeaders(http.getHeaderMap());
    }
    if (http.getHeadersCount() == 0) {
      throw new UnreadableCheckException("the check carries no headers");
    }
    Headers.Builder headers = Headers.builder(http.getHeadersCount());
    http.getHeadersMap()
        .forEach((name, value) -> {
          if (!isPseudo(name)) {
            headers.add(name, value);
          }
        });
    return headers.build();
  }

  /** Bytes that are not UTF-8 become U+FFFD, which no policy names: they match nothing. */
  private static Headers rawHeaders(HeaderMap map) {
    int count = map.getHeadersCount();
    Headers.Builder headers = Headers.builder(count);
    for (int i = 0; i < count; i++) {
      HeaderValue header = map.getHeaders(i);
      String name = header.getKey();
      if (!isPseudo(name)) {
        headers.add(
            name,
            header.getRawValue().isEmpty()
                ? header.getValue()
                : header.getRawValue().toStringUtf8());
      }
    }
    return headers.build();
  }

  private static boolean isPseudo(String name) {
    return name.startsWith(":");
  }

  private static Peer peer(AttributeContext.Peer source) throws UnreadableCheckException {
    SocketAddress address = source.getAddress().getSocketAddress();
    try {
      return new Peer(
          IpAddress.parse(address.getAddress()),
          address.getPortValue(),
          principal(source.getPrincipal()));
    } catch (IllegalArgumentException e) {
      throw new UnreadableCheckException("the client's connection has no IP address");
    }
  }

  /** Anything but a SPIFFE id may be text of the certificate's owner: nobody's identity. */
  private static @Nullable String principal(String principal) {
    return principal.startsWith(SPIFFE) ? principal : null;
  }

  private static String withoutPort(String host) {
    int colon = host.lastIndexOf(':');
    return colon < 0 || colon < host.lastIndexOf(']') ? host : host.substring(0, colon);
  }

  /** No two requests may share an id: their charges would count once. */
  private static String ownId() {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    HexFormat hex = HexFormat.of();
    return hex.toHexDigits(random.nextLong()) + hex.toHexDigits(random.nextLong());
  }
}

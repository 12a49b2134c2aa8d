// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz;

import com.google.protobuf.ByteString;
import dev.portcullis.policy.decision.CheckNames;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.HeaderMap;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.service.auth.v3.AttributeContext;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import java.nio.charset.StandardCharsets;

/** Checks as Envoy sends them. */
public final class Checks {

  private Checks() {}

  /** A check with raw headers, as our configuration has Envoy send them. */
  public static CheckRequest of(String route, String target, String... headers) {
    HeaderMap.Builder map =
        HeaderMap.newBuilder()
            .addHeaders(raw(":method", "GET"))
            .addHeaders(raw(":path", target))
            .addHeaders(raw(":authority", "orders.shop:8080"));
    for (int i = 0; i < headers.length; i += 2) {
      map.addHeaders(raw(headers[i], headers[i + 1]));
    }
    return withHeaders(route, target, map.build());
  }

  public static CheckRequest withHeaders(String route, String target, HeaderMap headers) {
    CheckRequest.Builder check = bare(route, target).toBuilder();
    check.getAttributesBuilder().getRequestBuilder().getHttpBuilder().setHeaderMap(headers);
    return check.build();
  }

  /** A check without any headers. */
  public static CheckRequest bare(String route, String target) {
    return CheckRequest.newBuilder()
        .setAttributes(
            AttributeContext.newBuilder()
                .setSource(
                    AttributeContext.Peer.newBuilder()
                        .setAddress(
                            Address.newBuilder()
                                .setSocketAddress(
                                    SocketAddress.newBuilder()
                                        .setAddress("192.0.2.7")
                                        .setPortValue(4711))))
                .setRequest(
                    AttributeContext.Request.newBuilder()
                        .setHttp(
                            AttributeContext.HttpRequest.newBuilder()
                                .setId("815")
                                .setMethod("GET")
                                .setPath(target)
                                .setHost("orders.shop:8080")
                                .setScheme("https")
                                .setProtocol("HTTP/2")))
                .putContextExtensions(CheckNames.ROUTE, route))
        .build();
  }

  public static HeaderValue raw(String name, String value) {
    return raw(name, value.getBytes(StandardCharsets.UTF_8));
  }

  public static HeaderValue raw(String name, byte[] value) {
    return HeaderValue.newBuilder().setKey(name).setRawValue(ByteString.copyFrom(value)).build();
  }
}

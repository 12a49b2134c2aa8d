// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.benchmarks.scenario;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import dev.portcullis.engine.request.Headers;
import dev.portcullis.engine.request.Peer;
import dev.portcullis.engine.request.RequestContext;
import dev.portcullis.engine.request.RequestLine;
import dev.portcullis.policy.decision.CheckNames;
import dev.portcullis.policy.match.IpAddress;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.HeaderMap;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.service.auth.v3.AttributeContext;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * A script's call from a browser's page: a credential and twelve more headers.
 *
 * @param credentialName header that carries the credential, in lower case
 */
public record SampleRequest(String credentialName, String credential) {
  /** The id that Envoy gives it; 36 characters that {@link Payload} replaces call by call. */
  public static final String ID = "8c1f0d52-0000-4000-8000-000000000000";

  private static final String TARGET = "/orders/4711?expand=items";
  private static final String HOST = "shop.example.com";
  private static final String CLIENT = "192.0.2.7";
  private static final int PORT = 49152;

  /** With a token of the issuer. */
  public static SampleRequest bearing(String token) {
    return new SampleRequest("authorization", "Bearer " + token);
  }

  /** Names and values in turn, in the order in which Chromium sends them. */
  private List<String> headers(String id) {
    return List.of(
        "sec-ch-ua-platform",
        "\"Linux\"",
        credentialName,
        credential,
        "user-agent",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/145.0.0.0"
            + " Safari/537.36",
        "sec-ch-ua",
        "\"Chromium\";v=\"145\", \"Google Chrome\";v=\"145\", \"Not:A-Brand\";v=\"24\"",
        "sec-ch-ua-mobile",
        "?0",
        "accept",
        "*/*",
        "sec-fetch-site",
        "same-origin",
        "sec-fetch-mode",
        "cors",
        "sec-fetch-dest",
        "empty",
        "accept-encoding",
        "gzip, deflate, br, zstd",
        "accept-language",
        "en-GB,en;q=0.9,de;q=0.8",
        "x-forwarded-proto",
        "https",
        "x-request-id",
        id);
  }

  /** As the engine sees it. */
  public RequestContext context(String id, Instant receivedAt) {
    return new RequestContext(line(), engineHeaders(), peer(), id, receivedAt);
  }

  /** Method, target and the rest. */
  public RequestLine line() {
    return new RequestLine("GET", TARGET, HOST, "https", "HTTP/2");
  }

  /** Its headers as the engine holds them. */
  public Headers engineHeaders() {
    return Headers.of(headers(ID).toArray(String[]::new));
  }

  /** The other end of its connection. */
  public Peer peer() {
    return new Peer(IpAddress.parse(CLIENT), PORT, null);
  }

  /** As Envoy describes it, with raw headers. */
  public CheckRequest check(String route) {
    HeaderMap.Builder map =
        HeaderMap.newBuilder()
            .addHeaders(raw(":method", "GET"))
            .addHeaders(raw(":authority", HOST))
            .addHeaders(raw(":scheme", "https"))
            .addHeaders(raw(":path", TARGET));
    List<String> headers = new ArrayList<>(headers(ID));
    for (int i = 0; i < headers.size(); i += 2) {
      map.addHeaders(raw(headers.get(i), headers.get(i + 1)));
    }
    AttributeContext.HttpRequest http =
        AttributeContext.HttpRequest.newBuilder()
            .setId(ID)
            .setMethod("GET")
            .setPath(TARGET)
            .setHost(HOST)
            .setScheme("https")
            .setProtocol("HTTP/2")
            .setHeaderMap(map)
            .build();
    return CheckRequest.newBuilder()
        .setAttributes(
            AttributeContext.newBuilder()
                .setSource(end(CLIENT, PORT))
                .setDestination(end("192.0.2.80", 8443))
                .setRequest(
                    AttributeContext.Request.newBuilder()
                        .setTime(Timestamp.newBuilder().setSeconds(1_795_000_000))
                        .setHttp(http))
                .putContextExtensions(CheckNames.ROUTE, route))
        .build();
  }

  private static AttributeContext.Peer end(String address, int port) {
    return AttributeContext.Peer.newBuilder()
        .setAddress(
            Address.newBuilder()
                .setSocketAddress(
                    SocketAddress.newBuilder().setAddress(address).setPortValue(port)))
        .build();
  }

  private static HeaderValue raw(String name, String value) {
    return HeaderValue.newBuilder()
        .setKey(name)
        .setRawValue(ByteString.copyFrom(value, StandardCharsets.UTF_8))
        .build();
  }

  /** Without the credential. */
  @Override
  public String toString() {
    return "SampleRequest[" + credentialName + "]";
  }
}

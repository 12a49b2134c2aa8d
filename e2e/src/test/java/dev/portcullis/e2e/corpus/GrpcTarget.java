// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.e2e.corpus;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.protobuf.ByteString;
import com.google.protobuf.Struct;
import dev.portcullis.cli.through.EngineTarget;
import dev.portcullis.engine.request.HeaderField;
import dev.portcullis.operator.identity.Pem;
import dev.portcullis.suite.Case;
import dev.portcullis.suite.Observation;
import dev.portcullis.suite.Target;
import dev.portcullis.suite.WireText;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.HeaderMap;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.service.auth.v3.AttributeContext;
import io.envoyproxy.envoy.service.auth.v3.AuthorizationGrpc;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Asks a running decision service as Envoy does. */
final class GrpcTarget implements Target, AutoCloseable {
  private static final JsonMapper JSON = new JsonMapper();

  private final ManagedChannel channel;
  private final AuthorizationGrpc.AuthorizationBlockingStub stub;
  private final AtomicLong requests = new AtomicLong();

  GrpcTarget(int port) {
    channel =
        Grpc.newChannelBuilder("127.0.0.1:" + port, InsecureChannelCredentials.create()).build();
    stub = AuthorizationGrpc.newBlockingStub(channel);
  }

  @Override
  public Observation send(String service, Case.Request request) {
    CheckResponse response =
        stub.withDeadlineAfter(10, TimeUnit.SECONDS).check(check(service, request));
    Struct summary = response.getDynamicMetadata();
    boolean allowed = response.getStatus().getCode() == 0;
    if (allowed != response.hasOkResponse()) {
      throw new AssertionError("status and body of the answer disagree: " + response);
    }
    return new Observation(
        allowed ? 200 : response.getDeniedResponse().getStatus().getCodeValue(),
        text(summary, "reason"),
        text(summary, "rule"),
        headers(
            allowed
                ? response.getOkResponse().getResponseHeadersToAddList()
                : response.getDeniedResponse().getHeadersList()),
        allowed ? upstream(request, response) : null,
        summary.containsFields("bot_score")
            ? (int) summary.getFieldsOrThrow("bot_score").getNumberValue()
            : null,
        summary.containsFields("delay_ms"),
        told(response),
        "");
  }

  private static @Nullable String told(CheckResponse response) {
    try {
      return response.hasDeniedResponse()
          ? JSON.readTree(response.getDeniedResponse().getBody()).path("detail").asText(null)
          : null;
    } catch (JsonProcessingException e) {
      throw new AssertionError("a refusal whose body is no JSON: " + response, e);
    }
  }

  private CheckRequest check(String service, Case.Request request) {
    HeaderMap.Builder headers = HeaderMap.newBuilder();
    add(headers, ":authority", request.host());
    add(headers, ":path", request.path());
    add(headers, ":method", request.method());
    add(headers, ":scheme", "http");
    request
        .headers()
        .forEach(header -> add(headers, header.name().toLowerCase(Locale.ROOT), header.value()));
    if (!request.body().isEmpty() && !request.framed()) {
      add(headers, "content-length", String.valueOf(request.bodyBytes().length));
    }
    AttributeContext.HttpRequest http =
        AttributeContext.HttpRequest.newBuilder()
            .setId(String.valueOf(requests.incrementAndGet()))
            .setMethod(request.method())
            .setPath(request.path())
            .setHost(request.host())
            .setScheme("http")
            .setProtocol(request.protocol())
            .setSize(-1)
            .setHeaderMap(headers)
            .build();
    SocketAddress peer =
        SocketAddress.newBuilder().setAddress(request.from()).setPortValue(40_000).build();
    // In this layer a principal is what Envoy says, right or wrong, of a workload's certificate.
    Case.Certificate shown = request.certificate();
    return CheckRequest.newBuilder()
        .setAttributes(
            AttributeContext.newBuilder()
                .setSource(
                    AttributeContext.Peer.newBuilder()
                        .setPrincipal(request.principal())
                        .setCertificate(
                            shown == null
                                ? ""
                                : URLEncoder.encode(
                                    Pem.of(Objects.requireNonNull(shown.issued()).certificate()),
                                    StandardCharsets.UTF_8))
                        .setAddress(Address.newBuilder().setSocketAddress(peer)))
                .setRequest(AttributeContext.Request.newBuilder().setHttp(http))
                .putContextExtensions("portcullis.route", service))
        .build();
  }

  private static void add(HeaderMap.Builder headers, String name, String value) {
    headers.addHeaders(
        HeaderValue.newBuilder()
            .setKey(name)
            .setRawValue(ByteString.copyFrom(WireText.bytes(value))));
  }

  private static Map<String, String> upstream(Case.Request request, CheckResponse response) {
    return EngineTarget.upstream(
        request.headers(),
        response.getOkResponse().getHeadersToRemoveList(),
        response.getOkResponse().getHeadersList().stream()
            .map(option ->
                new HeaderField(option.getHeader().getKey(), option.getHeader().getValue()))
            .toList());
  }

  private static Map<String, String> headers(List<HeaderValueOption> options) {
    Map<String, String> headers = new TreeMap<>();
    for (HeaderValueOption option : options) {
      headers.put(option.getHeader().getKey(), option.getHeader().getValue());
    }
    return headers;
  }

  private static @Nullable String text(Struct summary, String field) {
    return summary.containsFields(field) ? summary.getFieldsOrThrow(field).getStringValue() : null;
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}

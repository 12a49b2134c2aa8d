// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.through;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.portcullis.suite.Case;
import dev.portcullis.suite.Observation;
import dev.portcullis.suite.Target;
import dev.portcullis.suite.WireText;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * Puts requests to a running Envoy, byte for byte, and asks the decision log what was decided. The
 * upstream must be the {@linkplain dev.portcullis.cli.quickstart.SampleApi sample API}, which tells
 * in its answer what reached it.
 */
public final class EnvoyTarget implements Target {
  private static final JsonMapper JSON = new JsonMapper();
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private final InetSocketAddress envoy;
  private final DecisionLog log;
  private final @Nullable ClientTls tls;

  /** Through a listener without TLS. */
  public EnvoyTarget(InetSocketAddress envoy, DecisionLog log) {
    this(envoy, log, null);
  }

  /**
   * Through a listener of either kind.
   *
   * @param tls begins the TLS that a request wants, with the certificate that it shows; null: the
   *     listener speaks none
   */
  public EnvoyTarget(InetSocketAddress envoy, DecisionLog log, @Nullable ClientTls tls) {
    this.envoy = envoy;
    this.log = log;
    this.tls = tls;
  }

  /** How requests begin TLS. */
  @FunctionalInterface
  public interface ClientTls {

    /** Makes the sockets of a request. */
    SSLSocketFactory sockets(Case.Request request);
  }

  @Override
  public Observation send(String service, Case.Request request) throws IOException {
    if (tls == null && (!request.principal().isEmpty() || request.certificate() != null)) {
      throw new IOException("a principal needs a connection with TLS, and this is none");
    }
    InetAddress from = InetAddress.ofLiteral(request.from());
    RawHttp.Response response =
        RawHttp.exchange(
            envoy, from, bytes(request), LIMIT, tls == null ? null : tls.sockets(request));
    @Nullable Map<String, String> upstream = reached(response);
    String id = upstream == null ? problem(response, "decisionId") : upstream.get("x-request-id");
    @Nullable JsonNode decision = id == null ? null : log.find(id);
    return new Observation(
        response.status(),
        text(decision, "reason"),
        text(decision, "rule"),
        response.headers(),
        upstream,
        score(decision),
        decision == null ? null : decision.has("delay"),
        problem(response, "detail"),
        detail(response, decision));
  }

  private static byte[] bytes(Case.Request request) {
    StringBuilder head = new StringBuilder();
    head.append(request.method()).append(' ').append(request.path()).append(" HTTP/1.1\r\n");
    line(head, "host", request.host());
    boolean closes = false;
    for (Case.Header header : request.headers()) {
      line(head, header.name(), header.value());
      closes |= header.name().equalsIgnoreCase("connection");
    }
    byte[] body = request.bodyBytes();
    if (body.length > 0 && !request.framed()) {
      line(head, "content-length", String.valueOf(body.length));
    }
    if (!closes) {
      line(head, "connection", "close");
    }
    byte[] start = WireText.bytes(head.append("\r\n").toString());
    byte[] whole = new byte[start.length + body.length];
    System.arraycopy(start, 0, whole, 0, start.length);
    System.arraycopy(body, 0, whole, start.length, body.length);
    return whole;
  }

  private static void line(StringBuilder head, String name, String value) {
    head.append(name).append(": ").append(value).append("\r\n");
  }

  /** Headers as the sample API received them; null when it was not the sample API that answered. */
  private static @Nullable Map<String, String> reached(RawHttp.Response response)
      throws IOException {
    if (!response.headers().containsKey("x-sample-api")) {
      return null;
    }
    Map<String, String> headers = new TreeMap<>();
    JSON.readTree(response.body())
        .path("headers")
        .properties()
        .forEach(entry -> headers.put(entry.getKey(), entry.getValue().asText()));
    return headers;
  }

  private static @Nullable String problem(RawHttp.Response response, String field)
      throws IOException {
    String type = response.headers().getOrDefault("content-type", "");
    return type.startsWith("application/problem+json")
        ? text(JSON.readTree(response.body()), field)
        : null;
  }

  private static @Nullable String text(@Nullable JsonNode node, String field) {
    return node == null || !node.hasNonNull(field) ? null : node.get(field).asText();
  }

  private static @Nullable Integer score(@Nullable JsonNode decision) {
    JsonNode score = decision == null ? null : decision.path("bot").path("score");
    return score == null || !score.isNumber() ? null : score.asInt();
  }

  private static String detail(RawHttp.Response response, @Nullable JsonNode decision)
      throws IOException {
    String detail = problem(response, "detail");
    if (detail == null) {
      detail = problem(response, "title");
    }
    if (detail != null) {
      return detail;
    }
    String who = text(decision == null ? null : decision.path("auth"), "subject");
    return who == null ? "" : "as " + who;
  }
}

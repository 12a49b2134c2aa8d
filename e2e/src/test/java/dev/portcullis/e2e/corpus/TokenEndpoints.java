// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.e2e.corpus;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import dev.portcullis.suite.TokenServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Endpoints of issuers on loopback, which answer over HTTP what suites say. */
final class TokenEndpoints implements AutoCloseable {
  private static final String PATH = "/introspect";
  private static final String KEYS_PATH = "/jwks";

  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final List<HttpServer> servers = new ArrayList<>();

  /** Starts one that says what it knows of tokens; returns its URL. */
  String start(TokenServer issuer) {
    return serve(PATH, exchange -> answer(exchange, issuer));
  }

  /** Starts one that publishes a set of keys; returns its URL. */
  String publish(byte[] keys) {
    return serve(
        KEYS_PATH,
        exchange -> {
          try (exchange) {
            exchange.getResponseHeaders().set("content-type", "application/jwk-set+json");
            exchange.sendResponseHeaders(200, keys.length);
            exchange.getResponseBody().write(keys);
          }
        });
  }

  private String serve(String path, HttpHandler handler) {
    try {
      HttpServer server =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 64);
      server.setExecutor(threads);
      server.createContext(path, handler);
      server.start();
      servers.add(server);
      return "http://127.0.0.1:" + server.getAddress().getPort() + path;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void answer(HttpExchange exchange, TokenServer issuer) throws IOException {
    try (exchange) {
      TokenServer.Answer answer = answerTo(exchange, issuer);
      byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("content-type", answer.contentType());
      exchange.sendResponseHeaders(answer.status(), body.length == 0 ? -1 : body.length);
      exchange.getResponseBody().write(body);
    }
  }

  private static TokenServer.Answer answerTo(HttpExchange exchange, TokenServer issuer)
      throws IOException {
    String basic = exchange.getRequestHeaders().getFirst("authorization");
    Map<String, String> form = form(exchange);
    if (!exchange.getRequestMethod().equals("POST")
        || basic == null
        || !basic.startsWith("Basic ")
        || !form.containsKey("token")) {
      return new TokenServer.Answer(400, "application/json", "{\"error\":\"invalid_request\"}");
    }
    String[] client =
        new String(
                Base64.getDecoder().decode(basic.substring("Basic ".length())),
                StandardCharsets.US_ASCII)
            .split(":", 2);
    return issuer.answer(decoded(client[0]), decoded(client[1]), form.get("token"));
  }

  private static Map<String, String> form(HttpExchange exchange) throws IOException {
    Map<String, String> form = new HashMap<>();
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.US_ASCII);
    for (String pair : body.split("&", -1)) {
      String[] parts = pair.split("=", 2);
      form.put(decoded(parts[0]), parts.length == 2 ? decoded(parts[1]) : "");
    }
    return form;
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    servers.forEach(server -> server.stop(0));
    threads.shutdownNow();
  }
}

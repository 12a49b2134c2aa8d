// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.quickstart;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;

/**
 * A small API to stand behind the gate. It answers every request with what it received, so that one
 * can see what Envoy let through and what it added or removed. Its own program: {@code SampleApi
 * PORT}.
 */
public final class SampleApi {
  private static final JsonMapper JSON = new JsonMapper();

  private SampleApi() {}

  /** Serves on a loopback port until the process ends. */
  public static void main(String[] arguments) throws IOException {
    start(Integer.parseInt(arguments[0]));
  }

  /** Serves on a loopback port; 0 for a free one. */
  public static HttpServer start(int port) throws IOException {
    return start(port, () -> {});
  }

  /**
   * Serves on a loopback port; 0 for a free one.
   *
   * @param arrived runs for each request that has come whole, before it is answered. Envoy bounds
   *     bodies as they pass: of one that grows too large the beginning may come here, and is cut
   *     off
   */
  public static HttpServer start(int port, Runnable arrived) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 128);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", exchange -> answer(exchange, arrived));
    server.start();
    return server;
  }

  private static void answer(HttpExchange exchange, Runnable arrived) throws IOException {
    try (exchange) {
      long received = exchange.getRequestBody().readAllBytes().length;
      arrived.run();
      Map<String, String> headers = new TreeMap<>();
      exchange
          .getRequestHeaders()
          .forEach((name, values) ->
              headers.put(name.toLowerCase(Locale.ROOT), String.join(", ", values)));
      Map<String, Object> seen = new LinkedHashMap<>();
      seen.put("method", exchange.getRequestMethod());
      seen.put("path", exchange.getRequestURI().toString());
      seen.put("bodyBytes", received);
      seen.put("headers", headers);
      byte[] body = JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(seen);
      exchange.getResponseHeaders().set("content-type", "application/json");
      exchange.getResponseHeaders().set("x-sample-api", "reached");
      exchange.sendResponseHeaders(
          200, exchange.getRequestMethod().equals("HEAD") ? -1 : body.length);
      exchange.getResponseBody().write(body);
    }
  }
}

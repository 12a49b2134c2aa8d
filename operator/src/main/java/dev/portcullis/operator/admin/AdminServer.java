// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.admin;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;

/**
 * {@code /healthz}: whether a restart would help; {@code /readyz}: whether plans are being served;
 * {@code /metrics}: Prometheus.
 */
public final class AdminServer implements AutoCloseable {
  private static final String TEXT = "text/plain; charset=utf-8";
  private final HttpServer server;

  /**
   * @throws IOException when the address is taken or not ours
   */
  public AdminServer(
      InetSocketAddress address,
      BooleanSupplier healthy,
      BooleanSupplier ready,
      PrometheusMeterRegistry metrics)
      throws IOException {
    server = HttpServer.create(address, 64);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/healthz", exchange -> answer(exchange, "/healthz", healthy));
    server.createContext("/readyz", exchange -> answer(exchange, "/readyz", ready));
    server.createContext(
        "/metrics",
        exchange ->
            send(
                exchange,
                200,
                "text/plain; version=0.0.4; charset=utf-8",
                metrics.scrape("text/plain; version=0.0.4; charset=utf-8")));
    server.createContext("/", exchange -> send(exchange, 404, TEXT, "not found\n"));
    server.start();
  }

  private static void answer(HttpExchange exchange, String path, BooleanSupplier question)
      throws IOException {
    if (!exchange.getRequestURI().getPath().equals(path)) {
      send(exchange, 404, TEXT, "not found\n");
    } else if (question.getAsBoolean()) {
      send(exchange, 200, TEXT, "ok\n");
    } else {
      send(exchange, 503, TEXT, "not yet\n");
    }
  }

  private static void send(HttpExchange exchange, int status, String type, String text)
      throws IOException {
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    try (exchange) {
      exchange.getResponseHeaders().set("Content-Type", type);
      exchange.sendResponseHeaders(status, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}

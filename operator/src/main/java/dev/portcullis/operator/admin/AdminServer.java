// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.admin;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;

/**
 * {@code /healthz}: whether a restart would help; {@code /readyz}: whether plans are being served;
 * {@code /metrics}: Prometheus.
 */
public final class AdminServer implements AutoCloseable {
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
            TextAnswer.send(
                exchange,
                200,
                "text/plain; version=0.0.4; charset=utf-8",
                metrics.scrape("text/plain; version=0.0.4; charset=utf-8")));
    server.createContext(
        "/", exchange -> TextAnswer.send(exchange, 404, TextAnswer.PLAIN, "not found\n"));
    server.start();
  }

  private static void answer(HttpExchange exchange, String path, BooleanSupplier question)
      throws IOException {
    if (!exchange.getRequestURI().getPath().equals(path)) {
      TextAnswer.send(exchange, 404, TextAnswer.PLAIN, "not found\n");
    } else if (question.getAsBoolean()) {
      TextAnswer.send(exchange, 200, TextAnswer.PLAIN, "ok\n");
    } else {
      TextAnswer.send(exchange, 503, TextAnswer.PLAIN, "not yet\n");
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}

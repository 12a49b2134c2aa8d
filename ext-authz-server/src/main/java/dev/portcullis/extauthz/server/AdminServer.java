// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.server;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Plain HTTP for those who run the process: {@code /metrics}, {@code /healthz} (the process lives)
 * and {@code /readyz} (there is a plan to decide by). Of requests it tells over loopback only, one
 * at a time and to whoever knows the decision's id.
 */
public final class AdminServer implements AutoCloseable {
  private static final String TEXT = "text/plain; charset=utf-8";

  private final HttpServer http;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  private AdminServer(
      InetSocketAddress address,
      Supplier<String> metrics,
      BooleanSupplier ready,
      @Nullable DecisionPage decisions)
      throws IOException {
    http = HttpServer.create(address, 16);
    http.setExecutor(threads);
    page(
        "/metrics",
        exchange ->
            answer(exchange, 200, "text/plain; version=0.0.4; charset=utf-8", metrics.get()));
    page("/healthz", exchange -> answer(exchange, 200, TEXT, "ok\n"));
    page(
        "/readyz",
        exchange ->
            answer(
                exchange,
                ready.getAsBoolean() ? 200 : 503,
                TEXT,
                ready.getAsBoolean() ? "ok\n" : "not ready: no plan to decide by, or draining\n"));
    if (decisions != null) {
      http.createContext(
          DecisionPage.PATH,
          exchange -> {
            try (exchange) {
              decisions.handle(exchange);
            }
          });
    }
    http.start();
  }

  /**
   * Listens.
   *
   * @param metrics all metrics in Prometheus' text format, made when asked for
   * @param decisions tells of single decisions; null: nobody does
   * @throws IOException when the address is taken or not of this machine
   */
  public static AdminServer start(
      InetSocketAddress address,
      Supplier<String> metrics,
      BooleanSupplier ready,
      @Nullable DecisionPage decisions)
      throws IOException {
    return new AdminServer(address, metrics, ready, decisions);
  }

  private void page(String path, HttpHandler handler) {
    http.createContext(
        path,
        exchange -> {
          try (exchange) {
            if (!exchange.getRequestURI().getPath().equals(path)) {
              answer(exchange, 404, TEXT, "there is /metrics, /healthz and /readyz\n");
            } else if (!exchange.getRequestMethod().equals("GET")) {
              answer(exchange, 405, TEXT, "only GET\n");
            } else {
              handler.handle(exchange);
            }
          }
        });
  }

  private static void answer(HttpExchange exchange, int status, String type, String body)
      throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("content-type", type);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  /** The port that it listens on. */
  public int port() {
    return http.getAddress().getPort();
  }

  @Override
  public void close() {
    http.stop(0);
    threads.shutdownNow();
  }
}

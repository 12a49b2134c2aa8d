// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy.gate;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** An HTTP/1.1 service that answers with what it received, one header per line. */
final class EchoUpstream implements AutoCloseable {
  private final HttpServer server;
  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
  private final AtomicInteger begun = new AtomicInteger();

  EchoUpstream() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
    server.setExecutor(executor);
    server.createContext("/", this::echo);
    server.start();
  }

  int port() {
    return server.getAddress().getPort();
  }

  /** How many requests have reached it, whole or not. */
  int begun() {
    return begun.get();
  }

  private void echo(HttpExchange exchange) throws IOException {
    begun.incrementAndGet();
    try (exchange) {
      long length = exchange.getRequestBody().readAllBytes().length;
      StringBuilder text = new StringBuilder();
      text.append(exchange.getProtocol()).append(' ').append(exchange.getRequestURI());
      text.append("\nbody ").append(length).append('\n');
      exchange
          .getRequestHeaders()
          .forEach((name, values) ->
              values.forEach(value ->
                  text.append(name.toLowerCase(Locale.ROOT))
                      .append(": ")
                      .append(value)
                      .append('\n')));
      byte[] body = text.toString().getBytes(ISO_8859_1);
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  @Override
  public void close() {
    server.stop(0);
    executor.shutdownNow();
  }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.introspection;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** A real introspection endpoint on loopback, whose answers a test chooses. */
public final class TestEndpoint implements AutoCloseable {
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final AtomicInteger arrived = new AtomicInteger();
  private final List<String> requests = Collections.synchronizedList(new ArrayList<>());

  /** How one question is answered. */
  public interface Answerer {
    /** Answers; the exchange is closed afterwards. */
    void answer(HttpExchange exchange) throws IOException, InterruptedException;
  }

  private volatile Answerer answerer = exchange -> json(exchange, "{\"active\":true}");

  public TestEndpoint() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 512);
    server.setExecutor(threads);
    server.createContext("/", this::answer);
    server.start();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      arrived.incrementAndGet();
      requests.add(
          exchange.getRequestMethod()
              + " "
              + exchange.getRequestHeaders().getFirst("authorization")
              + " "
              + new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
      answerer.answer(exchange);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** A whole answer. */
  public static void json(HttpExchange exchange, String json) throws IOException {
    answer(exchange, 200, "application/json", json.getBytes(StandardCharsets.UTF_8));
  }

  static void answer(HttpExchange exchange, int status, String type, byte[] body)
      throws IOException {
    exchange.getResponseHeaders().set("content-type", type);
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body);
  }

  public void answerBy(Answerer next) {
    answerer = next;
  }

  public String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/introspect";
  }

  /** Questions that have come. */
  public int arrived() {
    return arrived.get();
  }

  List<String> requests() {
    return List.copyOf(requests);
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}

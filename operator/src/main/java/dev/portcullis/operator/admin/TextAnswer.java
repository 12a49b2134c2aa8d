// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.admin;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** A whole answer over HTTP, as text. */
public final class TextAnswer {
  /** Words for people. */
  public static final String PLAIN = "text/plain; charset=utf-8";

  private TextAnswer() {}

  /**
   * Answers, and ends the exchange.
   *
   * @param type of the content
   * @throws IOException when the client is gone
   */
  public static void send(HttpExchange exchange, int status, String type, String text)
      throws IOException {
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    try (exchange) {
      exchange.getResponseHeaders().set("Content-Type", type);
      exchange.sendResponseHeaders(status, body.length);
      exchange.getResponseBody().write(body);
    }
  }
}

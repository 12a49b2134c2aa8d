// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.extauthz.server;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import dev.portcullis.extauthz.telemetry.DecisionRing;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/*
 * The port may be open to whoever gathers metrics, and decisions are not their business. Whoever
 * comes over loopback is on the machine, or in a pod has the right to forward its ports, by which
 * Kubernetes says who may look into it. A browser on the machine may be made to ask by any page;
 * the name by which it asks gives that away.
 */
/** One of the last decisions by its id, to whoever asks over loopback. */
public final class DecisionPage implements HttpHandler {
  static final String PATH = "/decisions/";

  private static final Pattern ID = Pattern.compile("[0-9A-Z]{1,64}");
  private static final Pattern LOCAL =
      Pattern.compile("(localhost|127\\.0\\.0\\.1|\\[::1])(:[0-9]{1,5})?");

  private final DecisionRing decisions;

  /** Tells of these decisions. */
  public DecisionPage(DecisionRing decisions) {
    this.decisions = decisions;
  }

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    String id = exchange.getRequestURI().getPath().substring(PATH.length());
    if (!isLocal(
        exchange.getRemoteAddress().getAddress(),
        exchange.getLocalAddress().getAddress(),
        exchange.getRequestHeaders().getFirst("Host"))) {
      answer(exchange, 403, "decisions are told over loopback only: forward the port\n");
    } else if (!exchange.getRequestMethod().equals("GET")) {
      answer(exchange, 405, "only GET\n");
    } else {
      byte @Nullable [] found = ID.matcher(id).matches() ? decisions.find(id) : null;
      if (found == null) {
        answer(exchange, 404, "not among the last " + decisions.capacity() + " decisions\n");
      } else {
        answer(exchange, 200, "application/json", found);
      }
    }
  }

  static boolean isLocal(InetAddress remote, InetAddress local, @Nullable String host) {
    return remote.isLoopbackAddress()
        && local.isLoopbackAddress()
        && host != null
        && LOCAL.matcher(host).matches();
  }

  private static void answer(HttpExchange exchange, int status, String text) throws IOException {
    answer(exchange, status, "text/plain; charset=utf-8", text.getBytes(StandardCharsets.UTF_8));
  }

  private static void answer(HttpExchange exchange, int status, String type, byte[] body)
      throws IOException {
    exchange.getResponseHeaders().set("content-type", type);
    exchange.getResponseHeaders().set("cache-control", "no-store");
    exchange.getResponseHeaders().set("x-content-type-options", "nosniff");
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
  }
}

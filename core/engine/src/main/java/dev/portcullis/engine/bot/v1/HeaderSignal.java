// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.bot.v1;

import dev.portcullis.engine.bot.agent.AgentKind;
import dev.portcullis.engine.bot.agent.Engine;
import dev.portcullis.engine.bot.agent.UserAgent;

/**
 * Signal {@code headers}: whether the headers are those of the browser that the User-Agent names.
 *
 * <p>Chrome 76, Firefox 90 and Safari 16.4 began to send Sec-Fetch headers, Chromium 89 Sec-CH-UA,
 * both only where the page came over TLS (or from the same machine): over plain HTTP their absence
 * means nothing. Preflights and WebSocket handshakes carry fewer headers, in orders of their own.
 */
final class HeaderSignal {
  private static final int CHROMIUM_FETCH = 80;
  private static final int CHROMIUM_HINTS = 93;
  private static final int GECKO_FETCH = 91;
  private static final int WEBKIT_FETCH = 17;

  private HeaderSignal() {}

  static void judge(UserAgent agent, HeaderShape shape, boolean tls, Tally tally) {
    if (agent.kind() == AgentKind.BROWSER && agent.engine() != Engine.RETIRED) {
      presence(agent, shape, tls, tally);
      ClientHints.judge(agent, shape, tally);
      if (!shape.preflight && HeaderOrder.odd(agent.engine(), shape)) {
        tally.add(Finding.ODD_ORDER);
      }
    } else if (shape.language < 0 && !shape.anyFetchMetadata()) {
      tally.add(Finding.BARE);
    }
    values(agent, shape, tally);
  }

  private static void presence(UserAgent agent, HeaderShape shape, boolean tls, Tally tally) {
    if (shape.accept < 0 && !shape.webSocket) {
      tally.add(Finding.NO_ACCEPT);
    }
    if (shape.encoding < 0) {
      tally.add(Finding.NO_ACCEPT_ENCODING);
    }
    if (shape.language < 0) {
      tally.add(Finding.NO_ACCEPT_LANGUAGE);
    }
    boolean modest = shape.webSocket || shape.preflight;
    if (shape.anyFetchMetadata()) {
      if (!shape.allFetchMetadata()) {
        tally.add(Finding.PARTIAL_FETCH_METADATA);
      }
    } else if (tls && !modest && sendsFetchMetadata(agent)) {
      tally.add(Finding.NO_FETCH_METADATA);
    }
    if (shape.anyHint()) {
      if (shape.hints < 0) {
        tally.add(Finding.PARTIAL_CLIENT_HINTS);
      }
    } else if (tls
        && !modest
        && agent.engine() == Engine.CHROMIUM
        && agent.major() >= CHROMIUM_HINTS) {
      tally.add(Finding.NO_CLIENT_HINTS);
    }
  }

  private static boolean sendsFetchMetadata(UserAgent agent) {
    return switch (agent.engine()) {
      case CHROMIUM -> agent.major() >= CHROMIUM_FETCH;
      case GECKO -> agent.major() >= GECKO_FETCH;
      case WEBKIT -> agent.major() >= WEBKIT_FETCH;
      case WEBVIEW, RETIRED, NONE -> false;
    };
  }

  private static void values(UserAgent agent, HeaderShape shape, Tally tally) {
    if ("*".equals(shape.value(shape.language))) {
      tally.add(Finding.ANY_LANGUAGE);
    }
    String encoding = shape.value(shape.encoding);
    if (encoding != null
        && agent.kind() == AgentKind.BROWSER
        && !encoding.startsWith("gzip, deflate")) {
      tally.add(Finding.ODD_ENCODING);
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.bot.v1;

import dev.portcullis.engine.bot.agent.Engine;

/**
 * The order in which engines send headers, as far as it holds for navigations, fetches and
 * WebSocket handshakes alike, over HTTP/1.1 and HTTP/2:
 *
 * <pre>
 *   Chromium  User-Agent < Accept < Accept-Encoding < Accept-Language
 *             Sec-Fetch-Site < Sec-Fetch-Mode < Sec-Fetch-Dest < Accept-Encoding
 *   Gecko     User-Agent < Accept < Accept-Language < Accept-Encoding
 *             Sec-Fetch-Dest < Sec-Fetch-Mode < Sec-Fetch-Site
 * </pre>
 *
 * <p>WebKit's order differs by version and kind of request, so it is not judged. A header that is
 * absent breaks no order.
 */
final class HeaderOrder {
  private HeaderOrder() {}

  static boolean odd(Engine engine, HeaderShape shape) {
    return switch (engine) {
      case CHROMIUM, WEBVIEW ->
          !(rising(shape.userAgent, shape.accept)
              && rising(shape.accept, shape.encoding)
              && rising(shape.encoding, shape.language)
              && rising(shape.fetchSite, shape.fetchMode)
              && rising(shape.fetchMode, shape.fetchDest)
              && rising(shape.fetchDest, shape.encoding));
      case GECKO ->
          !(rising(shape.userAgent, shape.accept)
              && rising(shape.accept, shape.language)
              && rising(shape.language, shape.encoding)
              && rising(shape.fetchDest, shape.fetchMode)
              && rising(shape.fetchMode, shape.fetchSite));
      case WEBKIT, RETIRED, NONE -> false;
    };
  }

  private static boolean rising(int first, int second) {
    return first < 0 || second < 0 || first < second;
  }
}

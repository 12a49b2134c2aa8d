// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.bot.v1;

import dev.portcullis.engine.request.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Where the headers that matter stand, found in one pass: an index into the list, or -1. Headers
 * that Envoy adds, and all others, are not looked at, so a cookie may stand anywhere.
 */
final class HeaderShape {
  private final Headers headers;
  int userAgent = -1;
  int accept = -1;
  int encoding = -1;
  int language = -1;
  int fetchSite = -1;
  int fetchMode = -1;
  int fetchDest = -1;
  int hints = -1;
  int hintMobile = -1;
  int hintPlatform = -1;
  boolean webSocket;
  boolean preflight;

  HeaderShape(Headers headers) {
    this.headers = headers;
    for (int i = 0; i < headers.size(); i++) {
      switch (headers.name(i)) {
        case "user-agent" -> userAgent = i;
        case "accept" -> accept = i;
        case "accept-encoding" -> encoding = i;
        case "accept-language" -> language = i;
        case "sec-fetch-site" -> fetchSite = i;
        case "sec-fetch-mode" -> fetchMode = i;
        case "sec-fetch-dest" -> fetchDest = i;
        case "sec-ch-ua" -> hints = i;
        case "sec-ch-ua-mobile" -> hintMobile = i;
        case "sec-ch-ua-platform" -> hintPlatform = i;
        case "sec-websocket-key", "sec-websocket-version" -> webSocket = true;
        case "access-control-request-method" -> preflight = true;
        default -> {
          // Says nothing about the client.
        }
      }
    }
  }

  /** The value at an index; null for -1. */
  @Nullable String value(int index) {
    return index < 0 ? null : headers.value(index);
  }

  boolean anyFetchMetadata() {
    return fetchSite >= 0 || fetchMode >= 0 || fetchDest >= 0;
  }

  boolean allFetchMetadata() {
    return fetchSite >= 0 && fetchMode >= 0 && fetchDest >= 0;
  }

  boolean anyHint() {
    return hints >= 0 || hintMobile >= 0 || hintPlatform >= 0;
  }
}

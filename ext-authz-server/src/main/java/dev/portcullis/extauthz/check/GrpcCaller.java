// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.check;

import dev.portcullis.engine.request.Headers;
import java.nio.charset.StandardCharsets;

/**
 * How callers of gRPC methods are refused. Envoy turns a refusal of theirs into HTTP 200 with
 * trailers only, and keeps the {@code grpc-status} and {@code grpc-message} that it finds among the
 * refusal's headers; without them it would guess the status from the HTTP one (429 as UNAVAILABLE).
 */
final class GrpcCaller {
  private static final String MEDIA_TYPE = "application/grpc";

  private GrpcCaller() {}

  /** What Envoy itself takes for gRPC: {@code application/grpc}, or with {@code +} a codec. */
  static boolean calls(Headers request) {
    String type = request.first("content-type");
    if (type == null || !type.startsWith(MEDIA_TYPE)) {
      return false;
    }
    return type.length() == MEDIA_TYPE.length() || type.charAt(MEDIA_TYPE.length()) == '+';
  }

  /** Percent-encoded as gRPC over HTTP/2 demands of {@code grpc-message}. */
  static String message(String text) {
    StringBuilder encoded = new StringBuilder(text.length());
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      if (b >= ' ' && b <= '~' && b != '%') {
        encoded.append((char) b);
      } else {
        encoded.append('%').append(String.format("%02X", b));
      }
    }
    return encoded.toString();
  }
}

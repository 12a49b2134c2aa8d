// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.jwks;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** One question to an issuer and its answer, with bounds on both its time and its length. */
public final class IssuerExchange {

  private IssuerExchange() {}

  /**
   * Sends a request. The client's own time-out ends with the headers; this one covers the body as
   * well.
   *
   * @param maxBytes of the answer's body
   * @param nanos how long it may take, from the look-up of the host to the last byte
   * @throws TimeoutException when it takes longer
   * @throws ExecutionException with the cause why there is no whole answer
   */
  public static HttpResponse<byte[]> send(
      HttpClient http, HttpRequest request, int maxBytes, long nanos)
      throws InterruptedException, TimeoutException, ExecutionException {
    CompletableFuture<HttpResponse<byte[]>> answer =
        http.sendAsync(request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), maxBytes));
    try {
      return answer.get(nanos, TimeUnit.NANOSECONDS);
    } finally {
      answer.cancel(true);
    }
  }

  /** Why there is no answer. */
  public static Throwable cause(ExecutionException failure) {
    Throwable cause = failure.getCause();
    return cause == null ? failure : cause;
  }

  /** What a cause says, or its name when it says nothing. */
  public static String told(Throwable cause) {
    String text = cause.getMessage();
    return text == null ? cause.getClass().getSimpleName() : text;
  }

  /** The media type of an answer in lower case, without its parameters; empty: it does not say. */
  public static String mediaType(HttpResponse<?> response) {
    String type = response.headers().firstValue("content-type").orElse("");
    int semicolon = type.indexOf(';');
    return (semicolon < 0 ? type : type.substring(0, semicolon)).strip().toLowerCase(Locale.ROOT);
  }
}

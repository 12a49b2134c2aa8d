// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.jwks;

import dev.portcullis.engine.authentication.keys.KeyFetch;
import dev.portcullis.engine.authentication.keys.RemoteKeys;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

/**
 * Asks a server for its key set over HTTP, and an issuer before that where its key set is: each is
 * one answer of 200 with JSON, at most 1 MiB, within 10 s from connect to last byte, without
 * following redirects (they could lead into the cluster's own network), and not from where no
 * issuer is.
 */
public final class HttpKeyFetch implements KeyFetch, AutoCloseable {
  private static final Duration CONNECT = Duration.ofSeconds(5);
  private static final int MAX_BYTES = 1 << 20;

  private final Duration patience;
  private final IssuerTrust trust;
  private final HttpClient http;

  /**
   * Gives each server 10 s.
   *
   * @param trust who may vouch for servers
   */
  public HttpKeyFetch(IssuerTrust trust) {
    this(trust, Duration.ofSeconds(10));
  }

  HttpKeyFetch(IssuerTrust trust, Duration patience) {
    this.patience = patience;
    this.trust = trust;
    this.http =
        HttpClient.newBuilder()
            .sslContext(trust.context())
            .connectTimeout(CONNECT)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
  }

  @Override
  public Answer fetch(String uri) throws IOException, InterruptedException {
    int fragment = uri.indexOf('#');
    if (fragment < 0) {
      return keys(uri);
    }
    String metadata = uri.substring(0, fragment);
    String address;
    try {
      address = IssuerMetadata.keySet(get(metadata).body(), metadata, uri.substring(fragment + 1));
    } catch (IOException e) {
      throw new IOException("its metadata: " + e.getMessage(), e);
    }
    return keys(address);
  }

  private Answer keys(String uri) throws IOException, InterruptedException {
    HttpResponse<byte[]> response = get(uri);
    return new Answer(response.body(), freshness(response));
  }

  private HttpResponse<byte[]> get(String uri) throws IOException, InterruptedException {
    HttpRequest request;
    try {
      request =
          HttpRequest.newBuilder(URI.create(uri))
              .header("accept", "application/jwk-set+json, application/json")
              .build();
    } catch (IllegalArgumentException e) {
      throw new IOException("not an address of HTTP: " + e.getMessage(), e);
    }
    IssuerAddress.check(request.uri());
    trust.look();
    HttpResponse<byte[]> response = send(request);
    if (response.statusCode() != 200) {
      throw new IOException("answered with status " + response.statusCode());
    }
    if (!isJson(IssuerExchange.mediaType(response))) {
      String type = response.headers().firstValue("content-type").orElse("");
      throw new IOException("answered with content type '" + type + "' and not JSON");
    }
    return response;
  }

  private HttpResponse<byte[]> send(HttpRequest request) throws IOException, InterruptedException {
    try {
      return IssuerExchange.send(http, request, MAX_BYTES, patience.toNanos());
    } catch (TimeoutException e) {
      throw new IOException("did not answer within " + patience.toMillis() + " ms", e);
    } catch (ExecutionException e) {
      Throwable cause = IssuerExchange.cause(e);
      throw new IOException(IssuerExchange.told(cause), cause);
    }
  }

  private static boolean isJson(String mediaType) {
    return mediaType.equals("application/json")
        || (mediaType.startsWith("application/") && mediaType.endsWith("+json"));
  }

  /** {@code max-age} of Cache-Control (RFC 9111); the engine bounds it. */
  static Duration freshness(HttpResponse<?> response) {
    for (String header : response.headers().allValues("cache-control")) {
      for (String directive : header.toLowerCase(Locale.ROOT).split(",", -1)) {
        String text = directive.strip();
        if (text.matches("max-age=[0-9]{1,9}")) {
          return Duration.ofSeconds(Long.parseLong(text.substring("max-age=".length())));
        }
      }
    }
    return RemoteKeys.DEFAULT_FRESHNESS;
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.introspection;

import dev.portcullis.engine.authentication.introspection.InFlight;
import dev.portcullis.engine.port.Introspector;
import dev.portcullis.extauthz.jwks.IssuerAddress;
import dev.portcullis.extauthz.jwks.IssuerExchange;
import dev.portcullis.extauthz.jwks.IssuerTrust;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;

/**
 * Asks an issuer about a token over HTTP (RFC 7662 section 2): an answer of 200 with {@code
 * application/json}, at most 64 KiB, in the time that the question has from the look-up of the host
 * to the last byte. Follows no redirects and asks nobody where no issuer is. To each endpoint there
 * are at most {@value #MAX_IN_FLIGHT} questions under way; one more is not asked and does not wait.
 */
public final class HttpIntrospector implements Introspector, AutoCloseable {
  /** Of one endpoint; at 10 ms for an answer that makes 6 400 a second. */
  public static final int MAX_IN_FLIGHT = 64;

  private static final int MAX_BYTES = 64 << 10;

  private final InFlight inFlight = new InFlight(MAX_IN_FLIGHT);
  private final LongAdder turnedAway = new LongAdder();
  private final IssuerTrust trust;
  private final Gate gate;
  private final HttpClient http;

  /** Looks whether an issuer may be where a name leads now. */
  @FunctionalInterface
  interface Gate {
    void check(URI uri) throws IOException;
  }

  /**
   * Asks nobody yet.
   *
   * @param trust who may vouch for servers
   */
  public HttpIntrospector(IssuerTrust trust) {
    this(trust, IssuerAddress::check);
  }

  HttpIntrospector(IssuerTrust trust, Gate gate) {
    this.trust = trust;
    this.gate = gate;
    this.http =
        HttpClient.newBuilder()
            .sslContext(trust.context())
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
  }

  @Override
  public byte[] introspect(Question question) throws IOException, InterruptedException {
    String endpoint = question.endpoint();
    if (!inFlight.enter(endpoint)) {
      turnedAway.increment();
      throw new IOException("is asked " + MAX_IN_FLIGHT + " other questions already");
    }
    try {
      return answer(question, System.nanoTime() + question.timeout().toNanos());
    } finally {
      inFlight.leave(endpoint);
    }
  }

  private byte[] answer(Question question, long deadline) throws IOException, InterruptedException {
    HttpRequest request = request(question);
    gate.check(request.uri());
    trust.look();
    HttpResponse<byte[]> response;
    try {
      response = send(request, question.timeout(), deadline);
    } catch (BrokenExchange e) {
      // A connection that the other side closed while nobody used it is found out by using it, and
      // the client does not send a POST again by itself. To ask twice changes nothing. But it takes
      // a new connection, and by now the name may lead to where no issuer is.
      gate.check(request.uri());
      response = send(request, question.timeout(), deadline);
    }
    return body(response);
  }

  private static HttpRequest request(Question question) throws IOException {
    String form = "token=" + encoded(question.token()) + "&token_type_hint=access_token";
    try {
      return HttpRequest.newBuilder(URI.create(question.endpoint()))
          .header("accept", "application/json")
          .header("content-type", "application/x-www-form-urlencoded")
          .header("authorization", basic(question.client()))
          .POST(BodyPublishers.ofString(form, StandardCharsets.US_ASCII))
          .build();
    } catch (IllegalArgumentException e) {
      // Its message might quote the secret.
      throw new IOException("is not an address of HTTP, or its client's credentials are none", e);
    }
  }

  /** RFC 6749 section 2.3.1: both halves are encoded as in a form. */
  private static String basic(Client client) {
    String id = new String(client.id().reveal(), StandardCharsets.US_ASCII);
    String secret = new String(client.secret().reveal(), StandardCharsets.US_ASCII);
    byte[] both = (encoded(id) + ":" + encoded(secret)).getBytes(StandardCharsets.US_ASCII);
    return "Basic " + Base64.getEncoder().encodeToString(both);
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private HttpResponse<byte[]> send(HttpRequest request, Duration timeout, long deadline)
      throws IOException, InterruptedException {
    try {
      return IssuerExchange.send(http, request, MAX_BYTES, deadline - System.nanoTime());
    } catch (TimeoutException e) {
      throw new IOException("did not answer within " + timeout.toMillis() + " ms", e);
    } catch (ExecutionException e) {
      Throwable cause = IssuerExchange.cause(e);
      String told = IssuerExchange.told(cause);
      throw cause instanceof ConnectException
          ? new IOException("does not let us connect: " + told, cause)
          : new BrokenExchange(told, cause);
    }
  }

  private static byte[] body(HttpResponse<byte[]> response) throws IOException {
    int status = response.statusCode();
    if (status == 401 || status == 403) {
      throw new IOException(
          "does not accept our own credentials (status " + status + "): see clientSecretRef");
    }
    if (status != 200) {
      throw new IOException("answered with status " + status);
    }
    if (!IssuerExchange.mediaType(response).equals("application/json")) {
      throw new IOException("answered with another content type than application/json");
    }
    return response.body();
  }

  /** Questions under way. */
  public int inFlight() {
    return inFlight.total();
  }

  /** Questions that were not asked, because too many others were under way. */
  public long turnedAway() {
    return turnedAway.sum();
  }

  @Override
  public void close() {
    http.shutdownNow();
  }

  /** The answer did not come, or not whole. */
  private static final class BrokenExchange extends IOException {
    private static final long serialVersionUID = 1L;

    BrokenExchange(String message, Throwable cause) {
      super(message, cause);
    }
  }
}

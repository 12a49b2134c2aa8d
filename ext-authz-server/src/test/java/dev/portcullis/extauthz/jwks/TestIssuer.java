// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.jwks;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.portcullis.policy.plan.JwksSpec;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Date;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** An issuer of tokens whose key set is served over HTTP, well or badly. */
public final class TestIssuer implements AutoCloseable {
  /** What the server does with a request. */
  @FunctionalInterface
  public interface Answer {
    void to(HttpExchange exchange) throws IOException;
  }

  private final ECKey key;
  private final HttpServer http;
  private final AtomicInteger requests = new AtomicInteger();
  private volatile Answer answer;
  private volatile String metadata;

  public TestIssuer() throws IOException, JOSEException {
    key = new ECKeyGenerator(Curve.P_256).keyID("k1").generate();
    answer = exchange -> send(exchange, 200, "application/json", keys());
    http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    http.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    http.createContext(
        "/jwks",
        exchange -> {
          requests.incrementAndGet();
          answer.to(exchange);
          exchange.close();
        });
    metadata = metadata(address(), uri());
    http.createContext(
        JwksSpec.Discovered.METADATA,
        exchange -> {
          send(exchange, 200, "application/json", metadata);
          exchange.close();
        });
    http.start();
  }

  /** What it says of itself from now on. */
  public void metadata(String json) {
    metadata = json;
  }

  /** What an issuer says of itself. */
  public static String metadata(String issuer, String jwksUri) {
    return "{\"issuer\": \"" + issuer + "\", \"jwks_uri\": \"" + jwksUri + "\"}";
  }

  /** Where it is, as an issuer whose keys are discovered. */
  public String address() {
    return "http://127.0.0.1:" + http.getAddress().getPort();
  }

  /** From now on it answers like this. */
  public void answer(Answer wanted) {
    answer = wanted;
  }

  public String uri() {
    return address() + "/jwks";
  }

  public int requests() {
    return requests.get();
  }

  /** The public key set as JSON. */
  public String keys() {
    return new JWKSet(key.toPublicJWK()).toString();
  }

  /** A token for the audience {@code orders}, good for an hour. */
  public String token(String subject) throws JOSEException {
    return token("https://idp.example.com/", subject);
  }

  /** The same in the name of an issuer. */
  public String token(String issuer, String subject) throws JOSEException {
    SignedJWT token = unsignedToken(issuer, subject, "k1");
    token.sign(new ECDSASigner(key));
    return token.serialize();
  }

  /** The first two parts of a token that names the key. */
  public String unsigned(String subject, String keyId) {
    return new String(
        unsignedToken("https://idp.example.com/", subject, keyId).getSigningInput(),
        StandardCharsets.US_ASCII);
  }

  private static SignedJWT unsignedToken(String issuer, String subject, String keyId) {
    return new SignedJWT(
        new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(keyId).build(),
        new JWTClaimsSet.Builder()
            .issuer(issuer)
            .audience("orders")
            .subject(subject)
            .expirationTime(Date.from(Instant.now().plusSeconds(3600)))
            .build());
  }

  public static void send(HttpExchange exchange, int status, String type, String body)
      throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("content-type", type);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  @Override
  public void close() {
    http.stop(0);
  }
}

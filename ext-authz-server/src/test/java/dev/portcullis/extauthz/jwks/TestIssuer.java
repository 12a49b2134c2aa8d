// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.jwks;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.portcullis.policy.plan.JwksSpec;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Date;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

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
    this(HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0));
  }

  /** One that also answers questions about tokens, at {@code /introspect}, and speaks TLS. */
  public static TestIssuer secure(SSLContext certificate) throws IOException, JOSEException {
    HttpsServer https =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    https.setHttpsConfigurator(new HttpsConfigurator(certificate));
    return new TestIssuer(https);
  }

  private TestIssuer(HttpServer server) throws JOSEException {
    key = new ECKeyGenerator(Curve.P_256).keyID("k1").generate();
    answer = exchange -> send(exchange, 200, "application/json", keys());
    http = server;
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
    http.createContext(
        "/introspect",
        exchange -> {
          send(exchange, 200, "application/json", "{\"active\": true, \"sub\": \"ann\"}");
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
    return (http instanceof HttpsServer ? "https" : "http")
        + "://127.0.0.1:"
        + http.getAddress().getPort();
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

  /** One that is bound to a key (RFC 9449 section 6). */
  public String boundToken(String subject, JWK holder) throws JOSEException {
    SignedJWT token =
        new SignedJWT(
            new JWSHeader.Builder(JWSAlgorithm.ES256).keyID("k1").build(),
            claims("https://idp.example.com/", subject)
                .claim("cnf", Map.of("jkt", holder.computeThumbprint().toString()))
                .build());
    token.sign(new ECDSASigner(key));
    return token.serialize();
  }

  /** The first two parts of a token that names the key. */
  public String unsigned(String subject, String keyId) {
    return new String(
        unsignedToken("https://idp.example.com/", subject, keyId).getSigningInput(),
        StandardCharsets.US_ASCII);
  }

  /**
   * Any token.
   *
   * @param type {@code typ}; null: none
   */
  public String sign(@Nullable String type, JWTClaimsSet claims) throws JOSEException {
    SignedJWT token =
        new SignedJWT(
            new JWSHeader.Builder(JWSAlgorithm.ES256)
                .keyID("k1")
                .type(type == null ? null : new JOSEObjectType(type))
                .build(),
            claims);
    token.sign(new ECDSASigner(key));
    return token.serialize();
  }

  private static SignedJWT unsignedToken(String issuer, String subject, String keyId) {
    return new SignedJWT(
        new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(keyId).build(),
        claims(issuer, subject).build());
  }

  private static JWTClaimsSet.Builder claims(String issuer, String subject) {
    return new JWTClaimsSet.Builder()
        .issuer(issuer)
        .audience("orders")
        .subject(subject)
        .expirationTime(Date.from(Instant.now().plusSeconds(3600)));
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

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

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
import dev.portcullis.cli.gateway.DecisionServiceOptions;
import dev.portcullis.cli.gateway.FileGateway;
import dev.portcullis.cli.gateway.GatewayOptions;
import dev.portcullis.cli.gateway.GuardedService;
import dev.portcullis.cli.terminal.Terminal;
import dev.portcullis.envoy.HostPort;
import dev.portcullis.parts.FreePorts;
import dev.portcullis.parts.ScratchDirectory;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Server-sent events that never end by themselves, behind a real Envoy and a decision service of
 * its own process: a stream lives as long as the token that opened it, and no longer.
 */
@Timeout(180)
final class StreamsEndIT {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final ScratchDirectory SCRATCH = ScratchDirectory.create("portcullis-streams-");
  private static final ExecutorService THREADS = Executors.newVirtualThreadPerTaskExecutor();
  private static ECKey key;
  private static HttpServer api;
  private static FileGateway gateway;
  private static int port;

  @BeforeAll
  static void startEverything() throws Exception {
    key = new ECKeyGenerator(Curve.P_256).keyID("k1").generate();
    api = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
    api.setExecutor(THREADS);
    api.createContext("/", StreamsEndIT::tick);
    api.start();
    port = FreePorts.next();
    Path policies = SCRATCH.write("policies.yaml", policies());
    gateway =
        new FileGateway(
            new GatewayOptions(
                List.of(policies),
                List.of(
                    GuardedService.parse("shop/orders=127.0.0.1:" + api.getAddress().getPort())),
                new HostPort("127.0.0.1", port),
                null,
                DecisionServiceOptions.logging(
                    SCRATCH.path().resolve("decisions.jsonl").toString())),
            Terminal.standardError());
    gateway.startGuarding();
  }

  @AfterAll
  static void endEverything() {
    if (gateway != null) {
      gateway.close();
    }
    if (api != null) {
      api.stop(0);
    }
    THREADS.shutdownNow();
    SCRATCH.close();
  }

  private static String policies() {
    return """
    apiVersion: portcullis.dev/v1alpha1
    kind: ApiPolicy
    metadata: {name: orders, namespace: shop}
    spec:
      targetRefs: [{kind: Service, name: orders}]
      authentication:
        methods:
        - name: staff
          jwt:
            issuer: https://idp.example.com/
            audiences: [orders]
            clockSkew: 0s
            jwks: {inline: '%s'}
    """
        .formatted(new JWKSet(key.toPublicJWK()));
  }

  /** Sends an event every tenth of a second until nobody listens. */
  private static void tick(HttpExchange exchange) throws IOException {
    try (exchange) {
      exchange.getResponseHeaders().set("content-type", "text/event-stream");
      exchange.sendResponseHeaders(200, 0);
      while (true) {
        exchange.getResponseBody().write("data: tick\n\n".getBytes(StandardCharsets.US_ASCII));
        exchange.getResponseBody().flush();
        Thread.sleep(100);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static String token(Instant end) throws JOSEException {
    SignedJWT token =
        new SignedJWT(
            new JWSHeader.Builder(JWSAlgorithm.ES256).keyID("k1").build(),
            new JWTClaimsSet.Builder()
                .issuer("https://idp.example.com/")
                .audience("orders")
                .subject("ann")
                .expirationTime(Date.from(end))
                .build());
    token.sign(new ECDSASigner(key));
    return token.serialize();
  }

  /** A request whose answer is read on a thread of its own, until it ends. */
  private static final class Stream implements AutoCloseable {
    private final Socket socket;
    private final AtomicInteger events = new AtomicInteger();
    private volatile Instant ended = Instant.MAX;

    Stream(String token) throws IOException {
      socket = new Socket(InetAddress.getLoopbackAddress(), port);
      socket.setSoTimeout((int) PATIENCE.toMillis());
      socket
          .getOutputStream()
          .write(
              """
              GET /events HTTP/1.1\r
              host: orders.shop\r
              accept: text/event-stream\r
              authorization: Bearer %s\r
              \r
              """
                  .formatted(token)
                  .getBytes(StandardCharsets.US_ASCII));
      THREADS.execute(this::read);
    }

    private void read() {
      try (InputStream in = socket.getInputStream()) {
        byte[] buffer = new byte[4096];
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
          String text = new String(buffer, 0, read, StandardCharsets.US_ASCII);
          events.addAndGet(text.split("data: tick", -1).length - 1);
        }
      } catch (IOException e) {
        // Cut off, which is an end as well.
      }
      ended = Instant.now();
    }

    boolean over() {
      return !ended.equals(Instant.MAX);
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  @Test
  void aStreamEndsWithItsTokenWhileAnotherGoesOn() throws Exception {
    Instant end = Instant.now().truncatedTo(ChronoUnit.SECONDS).plusSeconds(4);
    try (Stream brief = new Stream(token(end));
        Stream lasting = new Stream(token(end.plusSeconds(3600)))) {
      await().atMost(PATIENCE).until(() -> brief.events.get() > 3 && lasting.events.get() > 3);
      assertThat(brief.over()).isFalse();

      await().atMost(PATIENCE).until(brief::over);

      assertThat(brief.ended)
          .as("not before its token, and soon after it")
          .isBetween(end.minusMillis(100), end.plusSeconds(2));
      int seen = lasting.events.get();
      await().atMost(PATIENCE).until(() -> lasting.events.get() > seen + 10);
      assertThat(lasting.over()).isFalse();
    }
  }
}

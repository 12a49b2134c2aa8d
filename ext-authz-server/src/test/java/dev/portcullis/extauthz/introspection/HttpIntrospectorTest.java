// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.introspection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import dev.portcullis.engine.port.Introspector;
import dev.portcullis.extauthz.Plans;
import dev.portcullis.extauthz.jwks.IssuerTrust;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Questions over HTTP, to a real server on loopback. */
@Timeout(60)
final class HttpIntrospectorTest {
  private static final Introspector.Client CLIENT =
      new Introspector.Client(Plans.secret("port:cullis"), Plans.secret("s e+cret/="));
  private static final Duration LONG = Duration.ofSeconds(4);

  private final HttpIntrospector introspector = new HttpIntrospector(IssuerTrust.ofTheJvm());
  private TestEndpoint endpoint;

  @BeforeEach
  void start() throws IOException {
    endpoint = new TestEndpoint();
  }

  @AfterEach
  void stop() {
    endpoint.close();
    introspector.close();
  }

  private String ask(Duration timeout) throws IOException, InterruptedException {
    return new String(
        introspector.introspect(
            new Introspector.Question(endpoint.url(), CLIENT, "a+b/c=&token=d", timeout)),
        StandardCharsets.UTF_8);
  }

  private void refusesWith(String message) {
    assertThatThrownBy(() -> ask(LONG))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(message)
        .hasMessageNotContaining("a+b/c")
        .hasMessageNotContaining("e+cret");
  }

  @Test
  void asksAsTheStandardSays() throws Exception {
    assertThat(ask(LONG)).isEqualTo("{\"active\":true}");
    String credentials =
        Base64.getEncoder()
            .encodeToString("port%3Acullis:s+e%2Bcret%2F%3D".getBytes(StandardCharsets.UTF_8));
    assertThat(endpoint.requests())
        .containsExactly(
            "POST Basic "
                + credentials
                + " token=a%2Bb%2Fc%3D%26token%3Dd&token_type_hint=access_token");
  }

  @Test
  void takesNothingButAnAnswerOfJson() {
    endpoint.answerBy(e -> TestEndpoint.answer(e, 500, "application/json", new byte[0]));
    refusesWith("answered with status 500");
    endpoint.answerBy(e -> TestEndpoint.answer(e, 401, "application/json", new byte[0]));
    refusesWith("does not accept our own credentials");
    endpoint.answerBy(e -> TestEndpoint.answer(e, 403, "application/json", new byte[0]));
    refusesWith("does not accept our own credentials");
    endpoint.answerBy(e -> TestEndpoint.answer(e, 200, "text/html", new byte[] {'{', '}'}));
    refusesWith("content type");
    endpoint.answerBy(e -> {
      e.getResponseHeaders().set("location", endpoint.url());
      TestEndpoint.answer(e, 307, "application/json", new byte[0]);
    });
    refusesWith("answered with status 307");
  }

  @Test
  void takesNoMoreThan64KiB() throws Exception {
    String most = "{\"a\":\"" + "b".repeat((64 << 10) - 8) + "\"}";
    endpoint.answerBy(e -> TestEndpoint.json(e, most));
    assertThat(ask(LONG)).hasSize(64 << 10);
    endpoint.answerBy(e -> TestEndpoint.json(e, most + " "));
    assertThatThrownBy(() -> ask(LONG)).isInstanceOf(IOException.class);
  }

  @Test
  void waitsNoLongerThanItMay() {
    endpoint.answerBy(e -> Thread.sleep(10_000));
    long start = System.nanoTime();
    assertThatThrownBy(() -> ask(Duration.ofMillis(300)))
        .isInstanceOf(IOException.class)
        .hasMessage("did not answer within 300 ms");
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
  }

  @Test
  void waitsNoLongerForTheBodyEither() {
    endpoint.answerBy(e -> {
      e.getResponseHeaders().set("content-type", "application/json");
      e.sendResponseHeaders(200, 100);
      e.getResponseBody().write('{');
      e.getResponseBody().flush();
      Thread.sleep(10_000);
    });
    assertThatThrownBy(() -> ask(Duration.ofMillis(300)))
        .hasMessage("did not answer within 300 ms");
  }

  @Test
  void asksNobodyWhereNoIssuerIs() {
    assertThatThrownBy(() ->
            introspector.introspect(
                new Introspector.Question("http://169.254.169.254/latest", CLIENT, "t", LONG)))
        .hasMessageContaining("where no issuer is");
  }

  @Test
  void asksAgainWhenAConnectionWasClosedMeanwhile() throws Exception {
    CountDownLatch once = new CountDownLatch(1);
    endpoint.answerBy(e -> {
      if (once.getCount() > 0) {
        once.countDown();
        // Closing the exchange before an answer breaks the connection.
        e.close();
        return;
      }
      TestEndpoint.json(e, "{\"active\":true}");
    });
    assertThat(ask(LONG)).contains("true");
    assertThat(endpoint.arrived()).isEqualTo(2);
  }

  @Test
  void asksNobodyAgainWhereNoIssuerIsMeanwhile() throws Exception {
    endpoint.answerBy(HttpExchange::close);
    List<URI> looked = new ArrayList<>();
    try (HttpIntrospector rebound =
        new HttpIntrospector(
            IssuerTrust.ofTheJvm(),
            uri -> {
              looked.add(uri);
              if (looked.size() > 1) {
                throw new IOException("is at 169.254.169.254, where no issuer is");
              }
            })) {
      assertThatThrownBy(() ->
              rebound.introspect(new Introspector.Question(endpoint.url(), CLIENT, "t", LONG)))
          .hasMessageContaining("where no issuer is");
    }
    assertThat(looked).containsExactly(URI.create(endpoint.url()), URI.create(endpoint.url()));
    assertThat(endpoint.arrived()).isOne();
  }

  @Test
  void asksNoMoreThanSoManyAtATime() throws Exception {
    CountDownLatch open = new CountDownLatch(1);
    endpoint.answerBy(e -> {
      open.await();
      TestEndpoint.json(e, "{\"active\":true}");
    });
    List<Thread> asking = new ArrayList<>();
    for (int i = 0; i < HttpIntrospector.MAX_IN_FLIGHT; i++) {
      asking.add(
          Thread.startVirtualThread(() -> {
            try {
              ask(Duration.ofSeconds(30));
            } catch (IOException | InterruptedException e) {
              throw new IllegalStateException(e);
            }
          }));
    }
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> introspector.inFlight() == HttpIntrospector.MAX_IN_FLIGHT);
    refusesWith("is asked 64 other questions already");
    assertThat(introspector.turnedAway()).isOne();
    try (TestEndpoint another = new TestEndpoint()) {
      assertThat(
              introspector.introspect(new Introspector.Question(another.url(), CLIENT, "t", LONG)))
          .isNotEmpty();
    }
    open.countDown();
    for (Thread each : asking) {
      each.join();
    }
    assertThat(introspector.inFlight()).isZero();
    assertThat(ask(LONG)).contains("true");
  }
}

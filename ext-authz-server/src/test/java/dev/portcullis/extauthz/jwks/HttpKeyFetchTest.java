// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.jwks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portcullis.engine.authentication.keys.KeyFetch;
import dev.portcullis.engine.authentication.keys.RemoteKeys;
import dev.portcullis.policy.plan.JwksSpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
final class HttpKeyFetchTest {
  private final HttpKeyFetch fetch =
      new HttpKeyFetch(IssuerTrust.ofTheJvm(), Duration.ofSeconds(5));
  private TestIssuer issuer;

  @BeforeEach
  void start() throws Exception {
    issuer = new TestIssuer();
  }

  @AfterEach
  void stop() {
    issuer.close();
    fetch.close();
  }

  @Test
  void bringsTheKeySet() throws Exception {
    KeyFetch.Answer answer = fetch.fetch(issuer.uri());
    assertThat(new String(answer.body(), StandardCharsets.UTF_8)).isEqualTo(issuer.keys());
    assertThat(answer.freshness()).isEqualTo(RemoteKeys.DEFAULT_FRESHNESS);
  }

  @ParameterizedTest
  @CsvSource({"'public, max-age=600', 600", "MAX-AGE=7, 7", "no-store, 300", "max-age=x, 300"})
  void readsHowLongItIsFresh(String cacheControl, int seconds) throws Exception {
    issuer.answer(exchange -> {
      exchange.getResponseHeaders().set("cache-control", cacheControl);
      TestIssuer.send(exchange, 200, "application/jwk-set+json;charset=utf-8", "{}");
    });
    assertThat(fetch.fetch(issuer.uri()).freshness()).hasSeconds(seconds);
  }

  @ParameterizedTest
  @ValueSource(ints = {204, 301, 302, 307, 401, 404, 500, 503})
  void takesNothingButAnAnswerOf200AndFollowsNoRedirect(int status) throws Exception {
    try (TestIssuer elsewhere = new TestIssuer()) {
      issuer.answer(exchange -> {
        exchange.getResponseHeaders().set("location", elsewhere.uri());
        exchange.sendResponseHeaders(status, -1);
      });
      assertThatThrownBy(() -> fetch.fetch(issuer.uri()))
          .isInstanceOf(IOException.class)
          .hasMessage("answered with status " + status);
      assertThat(elsewhere.requests()).isZero();
    }
  }

  @Test
  void takesNothingButJson() {
    issuer.answer(exchange -> TestIssuer.send(exchange, 200, "text/html", issuer.keys()));
    assertThatThrownBy(() -> fetch.fetch(issuer.uri()))
        .isInstanceOf(IOException.class)
        .hasMessage("answered with content type 'text/html' and not JSON");
  }

  @Test
  void takesAMebibyteAtMost() {
    issuer.answer(
        exchange -> TestIssuer.send(exchange, 200, "application/json", " ".repeat((1 << 20) + 1)));
    assertThatThrownBy(() -> fetch.fetch(issuer.uri())).isInstanceOf(IOException.class);
  }

  @Test
  void doesNotWaitForABodyThatNeverEnds() {
    issuer.answer(exchange -> {
      exchange.getResponseHeaders().set("content-type", "application/json");
      exchange.sendResponseHeaders(200, 100);
      exchange.getResponseBody().write('{');
      exchange.getResponseBody().flush();
      try {
        Thread.sleep(Duration.ofSeconds(20));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    });
    try (HttpKeyFetch impatient =
        new HttpKeyFetch(IssuerTrust.ofTheJvm(), Duration.ofMillis(300))) {
      assertThatThrownBy(() -> impatient.fetch(issuer.uri()))
          .isInstanceOf(IOException.class)
          .hasMessage("did not answer within 300 ms");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"file:///etc/passwd", "not a uri", "ftp://example.com/keys"})
  void asksOverHttpOnly(String uri) {
    assertThatThrownBy(() -> fetch.fetch(uri))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("not an address of HTTP");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://169.254.169.254/latest/meta-data",
        "http://[::ffff:169.254.169.254]/",
        "http://2852039166/",
        "https://[fe80::1]/jwks",
        "http://[fd00:ec2::254]/latest/meta-data",
        "http://0.0.0.0/",
        "http://[::]/",
        "http://224.0.0.1/"
      })
  void asksNobodyAtAnAddressWhereNoIssuerIs(String uri) {
    assertThatThrownBy(() -> fetch.fetch(uri))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("where no issuer is");
  }

  @Test
  void asksAnIssuerWhereItsKeysAre() throws Exception {
    for (String at : List.of(issuer.address(), issuer.address() + "/")) {
      issuer.metadata(TestIssuer.metadata(at, issuer.uri()));
      KeyFetch.Answer answer = fetch.fetch(new JwksSpec.Discovered(at).uri());
      assertThat(new String(answer.body(), StandardCharsets.UTF_8)).isEqualTo(issuer.keys());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "'{\"issuer\": \"ADDRESS/\", \"jwks_uri\": \"ADDRESS/jwks\"}', not that of the issuer",
    "'{\"issuer\": \"https://evil.example\", \"jwks_uri\": \"ADDRESS/jwks\"}', not that of",
    "'{\"issuer\": [\"ADDRESS\"], \"jwks_uri\": \"ADDRESS/jwks\"}', not that of the issuer",
    "'{\"jwks_uri\": \"ADDRESS/jwks\"}', not that of the issuer",
    "'{\"issuer\": \"ADDRESS\"}', no jwks_uri",
    "'{\"issuer\": \"ADDRESS\", \"jwks_uri\": 7}', no jwks_uri",
    "'{\"issuer\": \"ADDRESS\", \"jwks_uri\": \"http://localhost/jwks\"}', not an https URL",
    "'{\"issuer\": \"ADDRESS\", \"jwks_uri\": \"file:///etc/passwd\"}', not an https URL",
    "'{\"issuer\": \"ADDRESS\", \"jwks_uri\": \"https://a:b@idp.example/\"}', not an https URL",
    "'{\"issuer\": \"ADDRESS\", \"jwks_uri\": \"ADDRESS/jwks#ADDRESS\"}', not an https URL",
    "'{\"issuer\": \"ADDRESS\", \"issuer\": \"ADDRESS\"}', stands twice",
    "'[]', is missing"
  })
  void believesAnIssuerOfItselfOnly(String metadata, String why) {
    issuer.metadata(metadata.replace("ADDRESS", issuer.address()));
    assertThatThrownBy(() -> fetch.fetch(new JwksSpec.Discovered(issuer.address()).uri()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("its metadata: ")
        .hasMessageContaining(why);
    assertThat(issuer.requests()).isZero();
  }

  @Test
  void asksNobodyForKeysAtAnAddressWhereNoIssuerIs() {
    issuer.metadata(TestIssuer.metadata(issuer.address(), "https://169.254.169.254/latest"));
    assertThatThrownBy(() -> fetch.fetch(new JwksSpec.Discovered(issuer.address()).uri()))
        .hasMessageContaining("where no issuer is");
  }

  @Test
  void saysThatAHostHasNoAddress() {
    assertThatThrownBy(() -> fetch.fetch("https://idp.invalid/jwks"))
        .isInstanceOf(IOException.class)
        .hasMessage("no address is known for idp.invalid");
  }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.engine.record.Redaction;
import dev.portcullis.extauthz.Plans;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class RedactionTest {
  private final Redaction redaction =
      Redaction.of(Plans.withSecret("shop/orders", Plans.secret("jwks")));

  @ParameterizedTest
  @ValueSource(strings = {"authorization", "cookie", "x-api-key", "x-token", "x-private"})
  void marksHeadersThatHoldCredentialsOrThatThePolicyNames(String name) {
    assertThat(redaction.header(name, "swordfish")).isEqualTo("[redacted]");
  }

  @Test
  void marksValuesThatLookLikeSecretsWhereverTheyStand() {
    assertThat(redaction.header("x-note", "pck_abc_def")).isEqualTo("[redacted]");
    assertThat(redaction.header("x-note", "t=eyJhbGciOi")).isEqualTo("[redacted]");
    assertThat(redaction.header("x-note", "hello")).isEqualTo("hello");
  }

  @ParameterizedTest
  @CsvSource({
    "a=1&b=2, a=1&b=2",
    "ticket=s3&a=1, ticket=[redacted]&a=1",
    "a=1&TICKET=s3, a=1&TICKET=[redacted]",
    "access_token=x&access_token=y, access_token=[redacted]&access_token=[redacted]",
    "%74icket=s3, %74icket=[redacted]",
    "q=pck_a_b, q=[redacted]",
    "pck_a_b, [redacted]",
    "a&&b=, a&&b=",
  })
  void marksSecretParameters(String query, String written) {
    assertThat(redaction.query(query)).isEqualTo(written);
  }

  @ParameterizedTest
  @CsvSource({
    "/orders/7, /orders/7",
    "/verify/pck_a_b/x, /verify/[redacted]/x",
    "/eyJhbGciOi, /[redacted]",
    "pck_a_b, /[redacted]",
  })
  void marksSecretSegmentsOfPaths(String path, String written) {
    assertThat(redaction.path(path)).isEqualTo(written);
  }
}

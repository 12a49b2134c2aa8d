// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.codec.observation.Observations;
import dev.portcullis.compiler.CompileResult;
import dev.portcullis.compiler.KnownServices;
import dev.portcullis.compiler.PolicyCompiler;
import dev.portcullis.compiler.PolicyOutcome;
import dev.portcullis.compiler.source.FileReader;
import dev.portcullis.compiler.source.FileSet;
import dev.portcullis.crds.v1alpha1.ApiKey;
import dev.portcullis.crds.v1alpha1.ApiKeyStatus;
import dev.portcullis.policy.plan.PolicyRef;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ApiKeyStatusFactoryTest {
  private static final Instant NOW = Instant.parse("2026-11-22T21:17:03Z");
  private static final String KEY =
      """
      apiVersion: portcullis.dev/v1alpha1
      kind: ApiKey
      metadata: {name: acme, namespace: shop, generation: 1}
      spec:
        id: 7Q2MABCDEFGHJKMN
        sha256: "%s"
        client: acme
      """
          .formatted("ab".repeat(32));

  @Test
  void saysTheLatestHourThatAnyDecisionServiceSaw() {
    assertThat(status(null).lastUsed()).isNull();
    ApiKeyStatus used =
        status(
            null,
            seen("shop/acme", "2026-11-22T19:00:00Z"),
            seen("shop/acme", "2026-11-22T20:00:00Z"),
            seen("shop/other", "2026-11-22T21:00:00Z"));
    assertThat(used.lastUsed()).isEqualTo("2026-11-22T20:00:00Z");
  }

  @Test
  void neverGoesBack() {
    ApiKeyStatus used = status(null, seen("shop/acme", "2026-11-22T20:00:00Z"));
    assertThat(status(used).lastUsed()).isEqualTo("2026-11-22T20:00:00Z");
    assertThat(status(used, seen("shop/acme", "2026-11-22T11:00:00Z")).lastUsed())
        .isEqualTo("2026-11-22T20:00:00Z");
    assertThat(status(used, seen("shop/acme", "2026-11-22T21:00:00Z")).lastUsed())
        .isEqualTo("2026-11-22T21:00:00Z");
  }

  @Test
  void believesInNoFutureAndInWholeHoursOnly() {
    assertThat(status(null, seen("shop/acme", "2031-01-01T00:00:00Z")).lastUsed())
        .isEqualTo("2026-11-22T21:00:00Z");
    assertThat(status(null, seen("shop/acme", "2026-11-22T20:59:59.999Z")).lastUsed())
        .isEqualTo("2026-11-22T20:00:00Z");
  }

  private static Observations seen(String key, String at) {
    return new Observations(
        Collections.emptySortedMap(), new TreeMap<>(Map.of(key, Instant.parse(at))));
  }

  private static ApiKeyStatus status(@Nullable ApiKeyStatus before, Observations... observed) {
    ApiKey key = Serialization.unmarshal(KEY, ApiKey.class);
    FileSet files =
        new FileSet(
            new TreeMap<>(
                Map.of("a.yaml", FileReader.read("a.yaml", KEY.getBytes(StandardCharsets.UTF_8)))),
            List.of());
    CompileResult result =
        PolicyCompiler.compile(files.policySet(new KnownServices.Listed(Map.of()), true));
    PolicyOutcome outcome =
        Objects.requireNonNull(result.outcomes().get(new PolicyRef("ApiKey", "shop", "acme")));
    return new ApiKeyStatusFactory(List.of(observed), NOW).of(key, outcome, before);
  }
}

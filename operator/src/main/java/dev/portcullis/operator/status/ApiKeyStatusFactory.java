// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.status;

import dev.portcullis.codec.observation.Observations;
import dev.portcullis.compiler.PolicyOutcome;
import dev.portcullis.crds.v1alpha1.ApiKey;
import dev.portcullis.crds.v1alpha1.ApiKeyStatus;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes the status of an issued key. Pure. */
final class ApiKeyStatusFactory {
  private final Map<String, Instant> lastUsed = new HashMap<>();
  private final Instant now;

  /**
   * @param observed what decision services saw
   */
  ApiKeyStatusFactory(Collection<Observations> observed, Instant now) {
    this.now = now;
    for (Observations each : observed) {
      each.lastUsed().forEach((key, at) -> lastUsed.merge(key, at, ApiKeyStatusFactory::later));
    }
  }

  private static Instant later(Instant one, Instant other) {
    return one.isAfter(other) ? one : other;
  }

  /**
   * @param before the status that the key has; null: none yet
   */
  ApiKeyStatus of(ApiKey key, PolicyOutcome outcome, @Nullable ApiKeyStatus before) {
    long generation = key.getMetadata().getGeneration();
    return new ApiKeyStatus(
        Conditions.of(
            List.of(ready(key, outcome)),
            before == null ? List.of() : before.conditions(),
            generation,
            now),
        generation,
        lastUsed(key, before == null ? null : before.lastUsed()));
  }

  /** Never earlier than it was said before, and no step that has not begun. */
  private @Nullable String lastUsed(ApiKey key, @Nullable String before) {
    Instant seen =
        lastUsed.get(key.getMetadata().getNamespace() + "/" + key.getMetadata().getName());
    if (seen == null) {
      return before;
    }
    String step = Observations.step(seen.isAfter(now) ? now : seen).toString();
    // Both are of one form and length, so that their order as text is that of time.
    return before != null && before.compareTo(step) > 0 ? before : step;
  }

  private static Finding ready(ApiKey key, PolicyOutcome outcome) {
    if (!outcome.accepted()) {
      return Finding.no("Ready", "Invalid", DiagnosticMessage.of(outcome.errors()));
    }
    if (key.getSpec().revoked()) {
      return Finding.no("Ready", "Revoked", "the key is revoked and refused");
    }
    return Finding.yes(
        "Ready",
        outcome.warnings().isEmpty()
            ? "decision services know the key"
            : DiagnosticMessage.of(outcome.warnings()));
  }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.status;

import dev.portcullis.compiler.PolicyOutcome;
import dev.portcullis.crds.v1alpha1.ApiKey;
import dev.portcullis.crds.v1alpha1.ApiKeyStatus;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes the status of an issued key. Pure. */
final class ApiKeyStatusFactory {
  private final Instant now;

  ApiKeyStatusFactory(Instant now) {
    this.now = now;
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
        generation);
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

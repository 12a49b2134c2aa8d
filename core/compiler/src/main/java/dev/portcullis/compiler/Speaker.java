// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler;

import dev.portcullis.compiler.check.CheckedPolicy;
import dev.portcullis.compiler.check.Content;
import dev.portcullis.compiler.check.Target;
import dev.portcullis.compiler.diagnostic.Finding;
import dev.portcullis.compiler.source.LastAccepted;
import dev.portcullis.compiler.source.PolicySource;
import dev.portcullis.policy.plan.AddressList;
import dev.portcullis.policy.plan.PolicyRef;
import dev.portcullis.policy.plan.SecretMaterial;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A policy with the version of it that speaks for its targets.
 *
 * @param current what was found out about what it says now
 * @param references of what it says now, that lead nowhere
 * @param targets of the version that speaks
 * @param content of the version that speaks; null exactly when it is {@code CLOSED}
 * @param served the version that speaks; null exactly when it is {@code CLOSED}
 */
record Speaker(
    PolicySource source,
    CheckedPolicy current,
    List<Finding> references,
    PolicyOutcome.Serving serving,
    List<Target> targets,
    @Nullable Content content,
    List<SecretMaterial> material,
    List<AddressList> lists,
    @Nullable LastAccepted served) {

  /** Oldest first; where age does not tell, by name. */
  static final Comparator<Speaker> BY_AGE =
      Comparator.comparing(
              (Speaker speaker) -> speaker.source.created(),
              Comparator.nullsLast(Comparator.<Instant>naturalOrder()))
          .thenComparing(speaker -> speaker.source.ref());

  PolicyRef ref() {
    return source.ref();
  }

  boolean isCurrent() {
    return serving == PolicyOutcome.Serving.CURRENT;
  }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler.source;

import dev.portcullis.compiler.diagnostic.Finding;
import dev.portcullis.crds.v1alpha1.PolicySpec;
import dev.portcullis.policy.plan.PolicyRef;
import io.fabric8.kubernetes.client.CustomResource;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A policy as the compiler takes it.
 *
 * @param created when it came to be; null: not known, which counts as the youngest
 * @param revision equal exactly when name, spec and findings are: what was found out about one
 *     revision is used again for the next compilation
 * @param spec null: it could not be read, and {@code findings} say why
 * @param findings of reading; with an error among them the spec is not whole
 * @param lastAccepted what it may fall back on; null: nothing
 */
public record PolicySource(
    PolicyRef ref,
    @Nullable Instant created,
    Origin origin,
    String revision,
    @Nullable PolicySpec spec,
    List<Finding> findings,
    @Nullable LastAccepted lastAccepted) {

  public PolicySource {
    findings = List.copyOf(findings);
  }

  /** A policy as the API server holds it. */
  public static PolicySource ofCluster(
      CustomResource<? extends PolicySpec, ?> resource, @Nullable LastAccepted lastAccepted) {
    var metadata = resource.getMetadata();
    return new PolicySource(
        new PolicyRef(resource.getKind(), metadata.getNamespace(), metadata.getName()),
        instant(metadata.getCreationTimestamp()),
        new Origin.Cluster(),
        metadata.getUid() + "/" + metadata.getGeneration(),
        resource.getSpec(),
        List.of(),
        lastAccepted);
  }

  /** The same policy with something to fall back on. */
  public PolicySource fallingBackOn(@Nullable LastAccepted accepted) {
    return new PolicySource(ref, created, origin, revision, spec, findings, accepted);
  }

  static @Nullable Instant instant(@Nullable String timestamp) {
    try {
      return timestamp == null ? null : Instant.parse(timestamp);
    } catch (DateTimeParseException e) {
      return null;
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler.source;

import dev.portcullis.compiler.diagnostic.Finding;
import dev.portcullis.crds.v1alpha1.ApiKey;
import dev.portcullis.crds.v1alpha1.ApiKeySpec;
import dev.portcullis.policy.plan.PolicyRef;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * An issued key as the compiler takes it.
 *
 * @param ref of kind {@code ApiKey}
 * @param created when it came to be; null: not known, which counts as the youngest
 * @param spec null: it could not be read
 */
public record KeySource(
    PolicyRef ref,
    @Nullable Instant created,
    Origin origin,
    SortedMap<String, String> labels,
    @Nullable ApiKeySpec spec,
    List<Finding> findings) {

  public KeySource {
    labels = Collections.unmodifiableSortedMap(new TreeMap<>(labels));
    findings = List.copyOf(findings);
  }

  /** A key as the API server holds it. */
  public static KeySource ofCluster(ApiKey resource) {
    var metadata = resource.getMetadata();
    Map<String, String> labels = metadata.getLabels();
    return new KeySource(
        new PolicyRef("ApiKey", metadata.getNamespace(), metadata.getName()),
        PolicySource.instant(metadata.getCreationTimestamp()),
        new Origin.Cluster(),
        new TreeMap<>(labels == null ? Map.of() : labels),
        resource.getSpec(),
        List.of());
  }
}

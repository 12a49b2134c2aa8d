// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.crds;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Creates resources as {@code kubectl apply --dry-run=server} does: validated, and not stored. */
record DryRun(KubernetesClient client) {

  /** What the API server has against a document; null when it accepts it. */
  @Nullable String refusal(JsonNode document) {
    String kind = document.path("kind").textValue().toLowerCase(Locale.ROOT);
    String plural =
        kind.endsWith("y") && !kind.endsWith("key") ? kind.replaceFirst("y$", "ies") : kind + "s";
    try {
      client.raw(
          "/apis/portcullis.dev/v1alpha1/namespaces/default/"
              + plural
              + "?dryRun=All&fieldValidation=Strict",
          "POST",
          document);
      return null;
    } catch (KubernetesClientException e) {
      return Objects.requireNonNull(e.getMessage());
    }
  }
}

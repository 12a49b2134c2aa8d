// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.crds;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

/** A CRD as the chart ships it. */
record CommittedCrd(CustomResourceDefinition crd) {
  static final Path DIRECTORY =
      Path.of(
          Objects.requireNonNull(System.getProperty("portcullis.home")), "charts/portcullis/crds");

  static CommittedCrd of(Class<? extends HasMetadata> kind) {
    String file = HasMetadata.getFullResourceName(kind) + ".yaml";
    return new CommittedCrd(
        Serialization.unmarshal(
            Objects.requireNonNull(texts().get(file)), CustomResourceDefinition.class));
  }

  /** The text of each, by file name. */
  static SortedMap<String, String> texts() {
    SortedMap<String, String> texts = new TreeMap<>();
    try (var files = Files.list(DIRECTORY)) {
      for (Path file : files.toList()) {
        texts.put(file.getFileName().toString(), Files.readString(file));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return texts;
  }

  String plural() {
    return crd.getSpec().getNames().getPlural();
  }

  JSONSchemaProps root() {
    return crd.getSpec().getVersions().getFirst().getSchema().getOpenAPIV3Schema();
  }

  JSONSchemaProps spec() {
    return Objects.requireNonNull(root().getProperties().get("spec"));
  }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.crds;

import com.fasterxml.jackson.annotation.JsonClassDescription;
import dev.portcullis.crds.v1alpha1.Names;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.crdv2.generator.CRDPostProcessor;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceColumnDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinitionVersion;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;

/** What the generator leaves undone. */
final class CrdFinish implements CRDPostProcessor {

  @Override
  public HasMetadata process(HasMetadata generated, String version) {
    var crd = (CustomResourceDefinition) generated;
    Class<?> kind = kind(crd.getSpec().getNames().getKind());
    for (CustomResourceDefinitionVersion served : crd.getSpec().getVersions()) {
      orderColumns(served.getAdditionalPrinterColumns(), kind);
      JSONSchemaProps root = served.getSchema().getOpenAPIV3Schema();
      root.setDescription(
          Objects.requireNonNull(kind.getAnnotation(JsonClassDescription.class)).value());
      finishTimes(root);
      keyConditionsByType(property(property(root, "status"), "conditions"));
    }
    return crd;
  }

  private static Class<? extends HasMetadata> kind(String name) {
    return CrdGeneration.KINDS.stream()
        .filter(kind -> kind.getSimpleName().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static JSONSchemaProps property(JSONSchemaProps schema, String name) {
    return Objects.requireNonNull(schema.getProperties().get(name), name);
  }

  /** The generator sorts columns by path; they are meant to stand as they are declared. */
  private static void orderColumns(List<CustomResourceColumnDefinition> columns, Class<?> kind) {
    List<String> declared =
        Arrays.stream(kind.getAnnotationsByType(AdditionalPrinterColumn.class))
            .map(AdditionalPrinterColumn::name)
            .toList();
    columns.sort(Comparator.comparingInt(column -> declared.indexOf(column.getName())));
  }

  /** Conditions are merged by type when several write them with server-side apply. */
  private static void keyConditionsByType(JSONSchemaProps conditions) {
    conditions.setXKubernetesListType("map");
    conditions.setXKubernetesListMapKeys(List.of("type"));
  }

  /** A pattern cannot know that February has no 30th day; the format does. */
  private static void finishTimes(JSONSchemaProps schema) {
    if (Names.TIME.equals(schema.getPattern())) {
      schema.setFormat("date-time");
    }
    if (schema.getProperties() != null) {
      schema.getProperties().values().forEach(CrdFinish::finishTimes);
    }
    if (schema.getItems() != null) {
      finishTimes(schema.getItems().getSchema());
    }
  }
}

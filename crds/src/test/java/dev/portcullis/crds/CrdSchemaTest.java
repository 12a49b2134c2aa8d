// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.crds;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.api.model.apiextensions.v1.ValidationRule;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;

/** What every schema of ours must have. */
class CrdSchemaTest {

  @Test
  void everyFieldIsBoundedAndDescribed() {
    List<String> problems = new ArrayList<>();
    for (var kind : CrdGeneration.KINDS) {
      walk(
          kind.getSimpleName(),
          CommittedCrd.of(kind).root(),
          (path, schema) -> {
            if (!isBounded(schema)) {
              problems.add(path + " has no bound");
            }
            if (schema.getDescription() == null && !path.endsWith("[]")) {
              problems.add(path + " has no description");
            }
          });
    }
    assertThat(problems).isEmpty();
  }

  @Test
  void everyRuleHasACaseThatBreaksIt() {
    List<String> missing = new ArrayList<>();
    for (var kind : CrdGeneration.KINDS) {
      List<String> refusals =
          ValidationCase.all().stream()
              .filter(one -> one.kind().equals(kind.getSimpleName()))
              .map(ValidationCase::refusal)
              .filter(Objects::nonNull)
              .toList();
      walk(
          kind.getSimpleName(),
          CommittedCrd.of(kind).root(),
          (path, schema) -> {
            for (ValidationRule rule : schema.getXKubernetesValidations()) {
              if (refusals.stream().noneMatch(rule.getMessage()::contains)) {
                missing.add(path + ": " + rule.getMessage());
              }
            }
          });
    }
    assertThat(missing).isEmpty();
  }

  private static boolean isBounded(JSONSchemaProps schema) {
    return switch (schema.getType()) {
      case "string" -> schema.getMaxLength() != null || !schema.getEnum().isEmpty();
      case "array" -> schema.getMaxItems() != null;
      case "object" ->
          schema.getAdditionalProperties() == null || schema.getMaxProperties() != null;
      case "integer", "number" -> schema.getMinimum() != null;
      default -> true;
    };
  }

  private static void walk(
      String path, JSONSchemaProps schema, BiConsumer<String, JSONSchemaProps> visitor) {
    visitor.accept(path, schema);
    if (schema.getItems() != null) {
      walk(path + "[]", schema.getItems().getSchema(), visitor);
    }
    if (schema.getAdditionalProperties() != null) {
      walk(path + "[]", schema.getAdditionalProperties().getSchema(), visitor);
    }
    if (schema.getProperties() != null) {
      schema
          .getProperties()
          .forEach((name, property) -> walk(path + "." + name, property, visitor));
    }
  }
}

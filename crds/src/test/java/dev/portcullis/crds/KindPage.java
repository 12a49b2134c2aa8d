// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.crds;

import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinitionNames;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinitionVersion;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.api.model.apiextensions.v1.ValidationRule;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;

/** The reference page of one kind, in Markdown: a section for each object of its schema. */
final class KindPage {
  private final StringBuilder page = new StringBuilder();

  private KindPage() {}

  /** The page of a committed CRD. */
  static String of(CommittedCrd crd) {
    KindPage writer = new KindPage();
    writer.head(crd);
    for (String root : new String[] {"spec", "status"}) {
      writer.section(root, Objects.requireNonNull(crd.root().getProperties().get(root)));
    }
    return writer.page.toString();
  }

  private void head(CommittedCrd crd) {
    CustomResourceDefinitionNames names = crd.crd().getSpec().getNames();
    CustomResourceDefinitionVersion version = crd.crd().getSpec().getVersions().getFirst();
    page.append(
        """
        # %s

        <!-- Written from charts/portcullis/crds by ReferencePagesTest: mvn -pl crds test -Dgolden.update=true rewrites it. -->

        %s

        `%s/%s`, namespaced. `kubectl get %s` shows %s. `kubectl explain %s.spec --recursive` shows these fields.
        `kubectl apply` and `portcullis validate` refuse a field that is not listed. The API server refuses what breaks a rule (CEL), in the words before it.
        """
            .formatted(
                names.getKind(),
                FieldRow.description(crd.root()),
                crd.crd().getSpec().getGroup(),
                version.getName(),
                names.getShortNames().getFirst(),
                version.getAdditionalPrinterColumns().stream()
                    .map(column -> column.getName())
                    .collect(Collectors.joining(", ")),
                names.getSingular()));
  }

  private void section(String path, JSONSchemaProps schema) {
    page.append("\n## `").append(path).append("`\n\n");
    if (schema.getDescription() != null) {
      page.append(schema.getDescription()).append("\n\n");
    }
    page.append("| Field | Type | Default | Bounds | What it means |\n|---|---|---|---|---|\n");
    schema
        .getProperties()
        .forEach((name, field) ->
            page.append(
                new FieldRow(
                        name,
                        field,
                        schema.getRequired().contains(name),
                        hasFields(object(field)) ? anchor(below(path, name, field)) : null)
                    .markdown()));
    rules(schema);
    schema
        .getProperties()
        .forEach((name, field) -> {
          if (hasFields(object(field))) {
            section(below(path, name, field), object(field));
          }
        });
  }

  private void rules(JSONSchemaProps schema) {
    StringBuilder rules = new StringBuilder();
    schema.getXKubernetesValidations().forEach(rule -> rules.append(line("", rule)));
    schema
        .getProperties()
        .forEach((name, field) -> {
          JSONSchemaProps element = FieldRow.element(field);
          if (element != null || !hasFields(field)) {
            field
                .getXKubernetesValidations()
                .forEach(rule -> rules.append(line("`" + name + "`: ", rule)));
          }
        });
    if (!rules.isEmpty()) {
      page.append('\n').append(rules);
    }
  }

  private static String line(String field, ValidationRule rule) {
    return "- %s%s\\\n  `%s`\n".formatted(field, rule.getMessage(), rule.getRule());
  }

  /** The object that a field holds, or holds many of; else the field itself. */
  private static JSONSchemaProps object(JSONSchemaProps field) {
    JSONSchemaProps element = FieldRow.element(field);
    return element == null ? field : element;
  }

  private static boolean hasFields(JSONSchemaProps schema) {
    return schema.getProperties() != null && !schema.getProperties().isEmpty();
  }

  private static String below(String path, String name, JSONSchemaProps field) {
    String list = field.getItems() != null ? "[]" : "";
    String map = field.getAdditionalProperties() != null ? ".*" : "";
    return path + "." + name + list + map;
  }

  /** As Markdown readers make anchors of headings: letters and digits only, in lower case. */
  private static String anchor(String path) {
    return path.replaceAll("[^A-Za-z0-9]", "").toLowerCase(Locale.ROOT);
  }
}

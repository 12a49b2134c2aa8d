// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler.source;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.portcullis.compiler.diagnostic.DiagnosticCode;
import dev.portcullis.compiler.diagnostic.DidYouMean;
import dev.portcullis.compiler.diagnostic.FieldPath;
import dev.portcullis.compiler.diagnostic.Findings;
import dev.portcullis.compiler.diagnostic.Quote;
import dev.portcullis.crds.v1alpha1.ApiKeySpec;
import dev.portcullis.crds.v1alpha1.Names;
import dev.portcullis.crds.v1alpha1.PolicySpec;
import dev.portcullis.policy.plan.PolicyRef;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Reads a resource of ours as strictly as the API server would. */
final class ResourceReader {
  private static final List<String> FIELDS =
      List.of("apiVersion", "kind", "metadata", "spec", "status");
  private static final FieldPath METADATA = FieldPath.ROOT.field("metadata");

  /** What kubectl does with a resource without a namespace, unless it is told otherwise. */
  private static final String DEFAULT_NAMESPACE = "default";

  private final FileBuilder file;
  private final YamlValue.Mapping document;
  private final String kind;
  private final Findings findings = new Findings();

  ResourceReader(FileBuilder file, YamlValue.Mapping document, String kind) {
    this.file = file;
    this.document = document;
    this.kind = kind;
  }

  void policy(Class<? extends PolicySpec> type) {
    ObjectMeta metadata = metadata();
    JsonNode json = spec(type);
    PolicyRef ref = ref(metadata);
    if (ref != null) {
      String revision = ref + "\n" + json + "\n" + findings.list();
      file.add(
          new PolicySource(
              ref,
              PolicySource.instant(metadata.getCreationTimestamp()),
              new Origin.InFile(file.file(), document),
              FileReader.hash(revision.getBytes(StandardCharsets.UTF_8)),
              json == null ? null : bind(json, type, FieldPath.SPEC),
              findings.list(),
              null));
    }
  }

  void apiKey() {
    ObjectMeta metadata = metadata();
    JsonNode json = spec(ApiKeySpec.class);
    PolicyRef ref = ref(metadata);
    if (ref != null) {
      SortedMap<String, String> labels = new TreeMap<>();
      if (metadata.getLabels() != null) {
        labels.putAll(metadata.getLabels());
      }
      ApiKeySpec spec = json == null ? null : bind(json, ApiKeySpec.class, FieldPath.SPEC);
      file.add(
          new KeySource(
              ref,
              PolicySource.instant(metadata.getCreationTimestamp()),
              new Origin.InFile(file.file(), document),
              labels,
              spec,
              findings.list()));
    }
  }

  private ObjectMeta metadata() {
    document
        .entries()
        .forEach((field, _) -> {
          if (!FIELDS.contains(field)) {
            findings.add(
                DiagnosticCode.UNKNOWN_FIELD,
                FieldPath.ROOT.field(field),
                kind + " has no field " + Quote.of(field),
                DidYouMean.fix(field, FIELDS));
          }
        });
    YamlValue.Mapping.Entry entry = document.entries().get("metadata");
    JsonNode json =
        entry == null
            ? null
            : new TypedReader(findings).read(entry.value(), Shape.type(ObjectMeta.class), METADATA);
    ObjectMeta metadata = json == null ? null : bind(json, ObjectMeta.class, METADATA);
    return metadata == null ? new ObjectMeta() : metadata;
  }

  private @Nullable JsonNode spec(Class<?> type) {
    YamlValue.Mapping.Entry entry = document.entries().get("spec");
    if (entry == null) {
      findings.add(
          DiagnosticCode.FIELD_REQUIRED, FieldPath.SPEC, kind + " has no spec", "add spec");
      return null;
    }
    return new TypedReader(findings).read(entry.value(), Shape.type(type), FieldPath.SPEC);
  }

  /** Null, and reported, when the resource has no name. */
  private @Nullable PolicyRef ref(ObjectMeta metadata) {
    String name = metadata.getName();
    String namespace = metadata.getNamespace();
    if (name == null || name.isEmpty()) {
      file.report(
          document,
          DiagnosticCode.NOT_A_RESOURCE,
          FieldPath.NAME,
          kind + " has no name",
          "add metadata.name");
      return null;
    }
    checkName(name, Names.DNS_SUBDOMAIN, 253, FieldPath.NAME);
    if (namespace != null) {
      checkName(namespace, Names.DNS_LABEL, 63, METADATA.field("namespace"));
    }
    return new PolicyRef(kind, namespace == null ? DEFAULT_NAMESPACE : namespace, name);
  }

  private void checkName(String name, String pattern, int longest, FieldPath path) {
    if (name.length() > longest || !name.matches(pattern)) {
      findings.add(
          DiagnosticCode.BAD_FORMAT,
          path,
          path.step() + " cannot be " + Quote.of(name),
          "write lower-case letters, digits and dashes, at most " + longest);
    }
  }

  private <T> @Nullable T bind(JsonNode json, Class<T> type, FieldPath path) {
    try {
      return Shape.MAPPER.treeToValue(json, type);
    } catch (JsonProcessingException e) {
      findings.add(
          DiagnosticCode.WRONG_TYPE,
          path,
          path.step() + " cannot be read: " + Quote.line(e.getOriginalMessage()),
          "correct the value that the message names");
      return null;
    }
  }
}

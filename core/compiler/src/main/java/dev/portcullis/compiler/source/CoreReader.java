// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler.source;

import dev.portcullis.compiler.KnownConfigMaps;
import dev.portcullis.compiler.KnownSecrets;
import dev.portcullis.compiler.ServiceName;
import dev.portcullis.compiler.Workload;
import dev.portcullis.compiler.WorkloadName;
import dev.portcullis.compiler.diagnostic.DiagnosticCode;
import dev.portcullis.compiler.diagnostic.FieldPath;
import dev.portcullis.crds.v1alpha1.TargetRef;
import dev.portcullis.policy.plan.SecretMaterial;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Reads Kubernetes' own kinds, as far as policies refer to them. No message shows a value. */
final class CoreReader {
  private final FileBuilder file;
  private final YamlValue.Mapping document;
  private final String name;
  private final String namespace;

  CoreReader(FileBuilder file, YamlValue.Mapping document) {
    this.file = file;
    this.document = document;
    YamlValue.Mapping metadata = YamlText.mapping(document, "metadata");
    this.name = YamlText.of(metadata, "name");
    this.namespace = YamlText.of(metadata, "namespace");
  }

  /** A Secret without a namespace counts in every namespace. */
  void secret() {
    if (isNamed("the Secret")) {
      values("data", true);
      // As the API server does it: what stands in both is taken from stringData.
      values("stringData", false);
    }
  }

  /**
   * A ConfigMap without a namespace counts in every namespace. What of it is no text is left out:
   * most ConfigMaps are none of ours, and who refers to this one is told what it lacks.
   */
  void configMap() {
    if (name.isEmpty()) {
      return;
    }
    SortedMap<String, String> texts = new TreeMap<>();
    YamlValue.Mapping data = YamlText.mapping(document, "data");
    if (data != null) {
      data.entries()
          .forEach((key, entry) -> {
            if (entry.value() instanceof YamlValue.Scalar scalar
                && scalar.kind() == YamlValue.Scalar.Kind.TEXT) {
              texts.put(key, scalar.text());
            }
          });
    }
    file.add(new KnownConfigMaps.Name(namespace, name), new KnownConfigMaps.Content(texts));
  }

  void service() {
    if (isNamed("the Service")) {
      Set<String> ports = new TreeSet<>();
      addPorts(YamlText.mapping(document, "spec"), ports);
      file.add(new ServiceName(namespaceOrDefault(), name), ports, labels());
    }
  }

  void workload(TargetRef.Kind kind) {
    if (isNamed("the " + kind.word())) {
      YamlValue.Mapping template = YamlText.mapping(YamlText.mapping(document, "spec"), "template");
      Set<String> ports = new TreeSet<>();
      if (YamlText.value(YamlText.mapping(template, "spec"), "containers")
          instanceof YamlValue.Sequence containers) {
        for (YamlValue container : containers.elements()) {
          addPorts(container instanceof YamlValue.Mapping fields ? fields : null, ports);
        }
      }
      file.add(new WorkloadName(namespaceOrDefault(), new Workload(kind, name)), ports);
    }
  }

  void namespace() {
    if (isNamed("the Namespace")) {
      file.addNamespace(name, labels());
    }
  }

  private SortedMap<String, String> labels() {
    SortedMap<String, String> labels = new TreeMap<>();
    YamlValue.Mapping written = YamlText.mapping(YamlText.mapping(document, "metadata"), "labels");
    if (written != null) {
      written.entries().keySet().forEach(key -> labels.put(key, YamlText.of(written, key)));
    }
    return labels;
  }

  private static void addPorts(YamlValue.@Nullable Mapping holder, Set<String> names) {
    if (YamlText.value(holder, "ports") instanceof YamlValue.Sequence list) {
      for (YamlValue port : list.elements()) {
        String portName =
            port instanceof YamlValue.Mapping fields ? YamlText.of(fields, "name") : "";
        if (!portName.isEmpty()) {
          names.add(portName);
        }
      }
    }
  }

  private String namespaceOrDefault() {
    return namespace.isEmpty() ? "default" : namespace;
  }

  private boolean isNamed(String what) {
    if (name.isEmpty()) {
      file.report(
          document,
          DiagnosticCode.NOT_A_RESOURCE,
          FieldPath.NAME,
          what + " has no name",
          "add metadata.name");
    }
    return !name.isEmpty();
  }

  private void values(String field, boolean base64) {
    YamlValue.Mapping values = YamlText.mapping(document, field);
    if (values == null) {
      return;
    }
    for (Map.Entry<String, YamlValue.Mapping.Entry> value : values.entries().entrySet()) {
      FieldPath path = FieldPath.ROOT.field(field).field(value.getKey());
      if (!(value.getValue().value() instanceof YamlValue.Scalar scalar)
          || scalar.kind() != YamlValue.Scalar.Kind.TEXT) {
        file.report(
            document,
            DiagnosticCode.WRONG_TYPE,
            path,
            value.getKey() + " must be text",
            "put the value in quotes");
        continue;
      }
      try {
        byte[] bytes =
            base64
                ? Base64.getDecoder().decode(scalar.text().replaceAll("\\s", ""))
                : scalar.text().getBytes(StandardCharsets.UTF_8);
        file.add(new KnownSecrets.Key(namespace, name, value.getKey()), SecretMaterial.of(bytes));
      } catch (IllegalArgumentException e) {
        file.report(
            document,
            DiagnosticCode.BAD_FORMAT,
            path,
            value.getKey() + " is not base64",
            "encode the value, or move it to stringData");
      }
    }
  }
}

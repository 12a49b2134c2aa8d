// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler.source;

import dev.portcullis.compiler.diagnostic.DiagnosticCode;
import dev.portcullis.compiler.diagnostic.DidYouMean;
import dev.portcullis.compiler.diagnostic.FieldPath;
import dev.portcullis.compiler.diagnostic.Quote;
import dev.portcullis.crds.v1alpha1.ApiPolicySpec;
import dev.portcullis.crds.v1alpha1.BotPolicySpec;
import dev.portcullis.crds.v1alpha1.RateLimitPolicySpec;
import dev.portcullis.crds.v1alpha1.TargetRef;
import java.util.List;

/** Recognises what a document is, and has it read. */
final class DocumentReader {
  private static final String GROUP = "portcullis.dev";
  private static final String API_VERSION = GROUP + "/v1alpha1";
  private static final List<String> KINDS =
      List.of("ApiKey", "ApiPolicy", "BotPolicy", "RateLimitPolicy");
  private static final FieldPath API_VERSION_PATH = FieldPath.ROOT.field("apiVersion");
  private static final FieldPath KIND_PATH = FieldPath.ROOT.field("kind");

  private final FileBuilder file;
  private final YamlValue document;

  DocumentReader(FileBuilder file, YamlValue document) {
    this.file = file;
    this.document = document;
  }

  void read() {
    if (!(document instanceof YamlValue.Mapping mapping)) {
      notAResource(FieldPath.ROOT, "the document is " + document.described());
      return;
    }
    String apiVersion = YamlText.of(mapping, "apiVersion");
    String kind = YamlText.of(mapping, "kind");
    if (apiVersion.isEmpty() || kind.isEmpty()) {
      String missing = apiVersion.isEmpty() ? "apiVersion" : "kind";
      notAResource(FieldPath.ROOT.field(missing), "the document has no " + missing);
    } else if (apiVersion.equals("v1") && kind.equals("List")) {
      readItems(mapping);
    } else if (apiVersion.equals(API_VERSION)) {
      readOurs(kind, mapping);
    } else if (apiVersion.startsWith(GROUP + "/") || KINDS.contains(kind)) {
      file.report(
          document,
          DiagnosticCode.UNKNOWN_API_VERSION,
          API_VERSION_PATH,
          kind + " has no version " + Quote.of(apiVersion),
          "write apiVersion: " + API_VERSION);
    } else {
      readCore(apiVersion, kind, mapping);
    }
  }

  private void readItems(YamlValue.Mapping list) {
    YamlValue.Mapping.Entry items = list.entries().get("items");
    if (items != null && items.value() instanceof YamlValue.Sequence sequence) {
      sequence.elements().forEach(item -> new DocumentReader(file, item).read());
    } else {
      notAResource(FieldPath.ROOT, "the List has no items");
    }
  }

  private void readOurs(String kind, YamlValue.Mapping mapping) {
    ResourceReader reader = new ResourceReader(file, mapping, kind);
    switch (kind) {
      case "ApiPolicy" -> reader.policy(ApiPolicySpec.class);
      case "RateLimitPolicy" -> reader.policy(RateLimitPolicySpec.class);
      case "BotPolicy" -> reader.policy(BotPolicySpec.class);
      case "ApiKey" -> reader.apiKey();
      // Requests and wanted decisions: for the command that runs them.
      case "PolicyTest" -> {}
      default ->
          file.report(
              document,
              DiagnosticCode.UNKNOWN_KIND,
              KIND_PATH,
              GROUP + " has no kind " + Quote.of(kind),
              DidYouMean.fix(kind, KINDS));
    }
  }

  private void readCore(String apiVersion, String kind, YamlValue.Mapping mapping) {
    CoreReader reader = new CoreReader(file, mapping);
    switch (apiVersion + " " + kind) {
      case "v1 Secret" -> reader.secret();
      case "v1 Service" -> reader.service();
      case "v1 Namespace" -> reader.namespace();
      case "apps/v1 Deployment" -> reader.workload(TargetRef.Kind.DEPLOYMENT);
      case "apps/v1 StatefulSet" -> reader.workload(TargetRef.Kind.STATEFUL_SET);
      case "apps/v1 DaemonSet" -> reader.workload(TargetRef.Kind.DAEMON_SET);
      case "v1 ConfigMap" -> reader.configMap();
      default ->
          file.report(
              document,
              DiagnosticCode.IGNORED_KIND,
              KIND_PATH,
              Quote.of(kind) + " is ignored",
              "nothing has to be done");
    }
  }

  private void notAResource(FieldPath path, String problem) {
    file.report(
        document,
        DiagnosticCode.NOT_A_RESOURCE,
        path,
        problem + ", so it is not a Kubernetes resource",
        "give it apiVersion, kind and metadata.name");
  }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler;

import dev.portcullis.compiler.check.ApiKeyCheck;
import dev.portcullis.compiler.diagnostic.DiagnosticCode;
import dev.portcullis.compiler.diagnostic.FieldPath;
import dev.portcullis.compiler.diagnostic.Finding;
import dev.portcullis.compiler.source.KeySource;
import dev.portcullis.policy.plan.ApiKeyRecord;
import dev.portcullis.policy.plan.PolicyRef;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** The issued keys that may be used, found by what selectors ask. */
final class KeyRing {
  private final SortedMap<String, ApiKeyRecord> byId = new TreeMap<>();
  private final Map<Label, List<ApiKeyRecord>> byLabel = new HashMap<>();
  private final SortedMap<PolicyRef, Checked> checked = new TreeMap<>();

  /** One label of a key; the empty name stands for every key of the namespace. */
  private record Label(String namespace, String name, String value) {}

  /** A key with what is wrong with it. */
  record Checked(KeySource source, List<Finding> findings) {}

  /**
   * @param sources oldest first, so that of two keys with one id the older one counts
   */
  KeyRing(List<KeySource> sources) {
    sources.forEach(this::add);
  }

  private void add(KeySource source) {
    if (checked.containsKey(source.ref())) {
      return;
    }
    ApiKeyCheck.Result result = ApiKeyCheck.check(source);
    List<Finding> findings = new ArrayList<>(result.findings());
    ApiKeyRecord key = result.key();
    if (key != null) {
      ApiKeyRecord older = byId.putIfAbsent(key.namespace() + "/" + key.id(), key);
      if (older == null) {
        index(key);
      } else {
        findings.add(
            Finding.of(
                DiagnosticCode.API_KEY_TAKEN,
                FieldPath.SPEC.field("id"),
                "the older ApiKey " + older.name() + " has the same id",
                "create a new key with portcullis apikey create"));
      }
    }
    checked.put(source.ref(), new Checked(source, List.copyOf(findings)));
  }

  private void index(ApiKeyRecord key) {
    put(new Label(key.namespace(), "", ""), key);
    key.labels().forEach((name, value) -> put(new Label(key.namespace(), name, value), key));
  }

  private void put(Label label, ApiKeyRecord key) {
    byLabel.computeIfAbsent(label, _ -> new ArrayList<>()).add(key);
  }

  /** By {@code namespace/id}. */
  SortedMap<String, ApiKeyRecord> records() {
    return byId;
  }

  SortedMap<PolicyRef, Checked> checked() {
    return checked;
  }

  /** Whether a key of the namespace carries all labels. */
  boolean selectsAny(String namespace, SortedMap<String, String> labels) {
    List<ApiKeyRecord> fewest = byLabel.getOrDefault(new Label(namespace, "", ""), List.of());
    for (Map.Entry<String, String> label : labels.entrySet()) {
      List<ApiKeyRecord> keys =
          byLabel.getOrDefault(new Label(namespace, label.getKey(), label.getValue()), List.of());
      fewest = keys.size() < fewest.size() ? keys : fewest;
    }
    return fewest.stream().anyMatch(key -> key.labels().entrySet().containsAll(labels.entrySet()));
  }
}

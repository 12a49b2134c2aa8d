// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.fleet;

import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorRequirement;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicySpec;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Whether a NetworkPolicy closes pods for all that no policy allows. In doubt it does: what it says
 * that is not understood here may well be that.
 */
final class Isolation {
  private static final String INGRESS = "Ingress";

  private Isolation() {}

  /**
   * Whether one of the pods is isolated.
   *
   * @param pods their labels; they are in the policy's namespace
   */
  static boolean holds(NetworkPolicy policy, Collection<Map<String, String>> pods) {
    NetworkPolicySpec spec = policy.getSpec();
    if (spec == null) {
      return !pods.isEmpty();
    }
    return isForIngress(spec.getPolicyTypes())
        && pods.stream().anyMatch(labels -> selects(spec.getPodSelector(), labels));
  }

  /** Who says nothing means ingress. */
  private static boolean isForIngress(@Nullable List<String> types) {
    return types == null || types.isEmpty() || types.contains(INGRESS);
  }

  /** An empty selector selects every pod. */
  private static boolean selects(@Nullable LabelSelector selector, Map<String, String> labels) {
    if (selector == null) {
      return true;
    }
    Map<String, String> wanted = selector.getMatchLabels();
    List<LabelSelectorRequirement> expressions = selector.getMatchExpressions();
    return (wanted == null || labels.entrySet().containsAll(wanted.entrySet()))
        && (expressions == null || expressions.stream().allMatch(each -> mayHold(each, labels)));
  }

  private static boolean mayHold(LabelSelectorRequirement requirement, Map<String, String> labels) {
    String value = labels.get(requirement.getKey());
    return switch (requirement.getOperator()) {
      case "In" -> value != null && requirement.getValues().contains(value);
      case "NotIn" -> value == null || !requirement.getValues().contains(value);
      case "Exists" -> value != null;
      case "DoesNotExist" -> value == null;
      case null, default -> true;
    };
  }
}

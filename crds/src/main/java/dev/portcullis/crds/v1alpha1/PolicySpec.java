// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.crds.v1alpha1;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the specs of the three policies have in common. */
public sealed interface PolicySpec permits ApiPolicySpec, RateLimitPolicySpec, BotPolicySpec {

  /**
   * What the policy guards, in its own namespace or in those that {@link #namespaceSelector}
   * chooses; at most 16. Empty only with a selector: the namespaces themselves.
   */
  List<TargetRef> targetRefs();

  /** Namespaces that a policy of the installation namespace guards; null: its own. */
  @Nullable NamespaceSelector namespaceSelector();

  /** How it stands to policies of narrower targets. */
  Inheritance inheritance();

  /** For all of the policy, unless a rule, limit or threshold says otherwise. */
  Mode mode();
}

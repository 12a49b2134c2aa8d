// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.crds.v1alpha1;

import java.util.List;

/** What the specs of the three policies have in common. */
public sealed interface PolicySpec permits ApiPolicySpec, RateLimitPolicySpec, BotPolicySpec {

  /** What the policy guards, in its own namespace; 1 to 16. */
  List<TargetRef> targetRefs();

  /** For all of the policy, unless a rule, limit or threshold says otherwise. */
  Mode mode();
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.policy.plan;

import java.util.List;

/** What callers may do: deny rules first, then allow rules, else denied. */
public record AuthorizationSpec(PolicyRef source, Mode mode, List<RuleSpec> rules) {

  public AuthorizationSpec {
    rules = List.copyOf(rules);
  }
}

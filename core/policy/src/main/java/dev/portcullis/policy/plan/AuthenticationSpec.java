// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.policy.plan;

import java.util.List;

/** The ways to say who one is; any one suffices, tried in this order. */
public record AuthenticationSpec(PolicyRef source, Mode mode, List<AuthMethodSpec> methods) {

  public AuthenticationSpec {
    methods = List.copyOf(methods);
    if (methods.isEmpty()) {
      throw new IllegalArgumentException("authentication without a method in " + source);
    }
  }
}

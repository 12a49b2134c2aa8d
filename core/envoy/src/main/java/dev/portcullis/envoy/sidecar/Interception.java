// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy.sidecar;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** How the traffic of a pod gets into its sidecar. */
public enum Interception {
  /** Rules in the pod's network namespace lead every connection through it, in and out. */
  REDIRECT,
  /**
   * Services lead to the sidecar, because it took over the names of the container ports; nothing in
   * the pod needs a capability.
   */
  REWRITE;

  /** As labels and annotations spell it. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** What a label or annotation spells; empty when it is neither. */
  public static Optional<Interception> of(String text) {
    return Arrays.stream(values()).filter(each -> each.text().equals(text)).findFirst();
  }
}

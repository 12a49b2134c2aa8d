// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.inject.pod;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** How a pod's traffic comes to its sidecar. */
public enum Interception {
  /** Rules in the pod's network namespace lead all TCP through it. */
  REDIRECT,
  /** The named container ports are the sidecar's; nothing in the pod needs a capability. */
  REWRITE;

  /** As annotations and labels spell it. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  static Interception parse(String text) throws RefusedException {
    for (Interception mode : values()) {
      if (mode.text().equals(text)) {
        return mode;
      }
    }
    throw new RefusedException(
        "annotation "
            + Names.INTERCEPTION
            + " is "
            + Quoted.of(text)
            + "; use one of "
            + Arrays.stream(values()).map(Interception::text).collect(Collectors.joining(", ")));
  }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler;

import dev.portcullis.crds.v1alpha1.TargetRef;
import java.util.Locale;

/**
 * Names what pods belong to, within their namespace.
 *
 * @param kind a kind of workload
 */
public record Workload(TargetRef.Kind kind, String name) {

  public Workload {
    if (!kind.isWorkload()) {
      throw new IllegalArgumentException(kind.word() + " is no workload");
    }
  }

  /** {@code deployment.orders}, as route ids say it. */
  @Override
  public String toString() {
    return kind.word().toLowerCase(Locale.ROOT) + "." + name;
  }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.inject.pod;

import io.fabric8.kubernetes.api.model.Namespace;
import java.util.Map;

/** Which namespaces get sidecars. */
public final class Enrolment {
  private Enrolment() {}

  /** Whether a namespace's labels enrol it, with whatever revision. */
  public static boolean holds(Namespace namespace) {
    Map<String, String> labels = namespace.getMetadata().getLabels();
    return labels != null
        && ("enabled".equals(labels.get(Names.INJECT)) || labels.containsKey(Names.REVISION));
  }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.fleet;

import dev.portcullis.compiler.Endpoint;
import dev.portcullis.compiler.TargetName;
import dev.portcullis.compiler.Workload;
import java.util.Set;

/**
 * A pod of an enrolled namespace that requests reach unasked.
 *
 * @param owner the workload, else what else controls the pod, else the pod: what one change mends
 * @param endpoints what is reached there
 */
public record UnprotectedPod(PodName name, Reason reason, String owner, Set<Endpoint> endpoints)
    implements Comparable<UnprotectedPod> {

  /** Why nobody is asked. */
  public enum Reason {
    /** It has no sidecar: it was there before the namespace was enrolled, or it opted out. */
    NO_SIDECAR("NoSidecar"),
    /** No policy speaks for any of its ports, or for one that a Service says carries HTTP. */
    NO_POLICY("NoPolicy"),
    /** A Service leads to a number of it whose name was moved to the sidecar. */
    NUMERIC_TARGET_PORT("NumericTargetPort");

    private final String word;

    Reason(String word) {
      this.word = word;
    }

    /** As it stands in conditions, events and metrics. */
    public String word() {
      return word;
    }
  }

  public UnprotectedPod {
    endpoints = Set.copyOf(endpoints);
  }

  /** Whether who targets this means the pod, too. */
  public boolean isPartOf(TargetName target) {
    return endpoints.stream().anyMatch(endpoint -> isPartOf(endpoint, target));
  }

  private static boolean isPartOf(Endpoint endpoint, TargetName target) {
    if (!endpoint.namespace().equals(target.namespace())) {
      return false;
    }
    String section = target.section();
    return switch (target.kind()) {
      case NAMESPACE -> true;
      case SERVICE ->
          endpoint.services().stream()
              .anyMatch(port ->
                  port.service().equals(target.name())
                      && (section == null || section.equals(port.port())));
      case DEPLOYMENT, STATEFUL_SET, DAEMON_SET -> {
        Workload workload = endpoint.workload();
        yield workload != null
            && workload.kind() == target.kind()
            && workload.name().equals(target.name())
            && (section == null || section.equals(endpoint.port()));
      }
    };
  }

  @Override
  public int compareTo(UnprotectedPod other) {
    int order = name.compareTo(other.name);
    return order == 0 ? reason.compareTo(other.reason) : order;
  }
}

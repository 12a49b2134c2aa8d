// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler;

import dev.portcullis.compiler.check.Target;

/**
 * Which of several policies goes first where they meet; the smallest does. Policies of one rank are
 * in conflict.
 *
 * <pre>
 * Override of the installation    the widest first
 * Override of a namespace
 * the namespace's own             the narrowest first: a port of a Service, a port of a workload,
 *                                 a Service, a workload, the namespace
 * the installation's              the narrowest first
 * </pre>
 */
record Rank(Layer layer, Reach reach) implements Comparable<Rank> {

  /** Who speaks, and how. */
  private enum Layer {
    INSTALLATION_OVERRIDE,
    NAMESPACE_OVERRIDE,
    NAMESPACE,
    INSTALLATION;

    private boolean overrides() {
      return this == INSTALLATION_OVERRIDE || this == NAMESPACE_OVERRIDE;
    }
  }

  /** How much is meant, from the narrowest. */
  private enum Reach {
    SERVICE_PORT,
    WORKLOAD_PORT,
    SERVICE,
    WORKLOAD,
    NAMESPACE
  }

  static Rank of(Target target) {
    return new Rank(layer(target), reach(target));
  }

  private static Layer layer(Target target) {
    if (target.namespaces() == null) {
      return target.override() ? Layer.NAMESPACE_OVERRIDE : Layer.NAMESPACE;
    }
    return target.override() ? Layer.INSTALLATION_OVERRIDE : Layer.INSTALLATION;
  }

  private static Reach reach(Target target) {
    boolean port = target.section() != null;
    return switch (target.kind()) {
      case SERVICE -> port ? Reach.SERVICE_PORT : Reach.SERVICE;
      case DEPLOYMENT, STATEFUL_SET, DAEMON_SET -> port ? Reach.WORKLOAD_PORT : Reach.WORKLOAD;
      case NAMESPACE -> Reach.NAMESPACE;
    };
  }

  @Override
  public int compareTo(Rank other) {
    int order = layer.compareTo(other.layer);
    if (order != 0) {
      return order;
    }
    return layer.overrides() ? other.reach.compareTo(reach) : reach.compareTo(other.reach);
  }
}

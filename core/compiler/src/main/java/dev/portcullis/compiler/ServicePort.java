// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler;

import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * Names a port of a Service, within its namespace.
 *
 * @param port its name; null: it has none, or nobody asks for it
 */
public record ServicePort(String service, @Nullable String port)
    implements Comparable<ServicePort> {
  private static final Comparator<ServicePort> ORDER =
      Comparator.comparing(ServicePort::service)
          .thenComparing(ServicePort::port, Comparator.nullsFirst(Comparator.naturalOrder()));

  @Override
  public int compareTo(ServicePort other) {
    return ORDER.compare(this, other);
  }
}

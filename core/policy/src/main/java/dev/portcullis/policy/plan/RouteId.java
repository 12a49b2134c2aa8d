// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.policy.plan;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Names a route: {@code namespace/service}, or {@code namespace/service/section} where a policy
 * speaks for one port of the service only. Stable for the life of the target.
 *
 * @param value two or three non-empty segments of Kubernetes names joined by {@code /}; at most 192
 *     characters
 */
public record RouteId(String value) implements Comparable<RouteId> {
  private static final Pattern SHAPE =
      Pattern.compile("[a-z0-9.-]{1,63}/[a-z0-9.-]{1,63}(/[a-z0-9-]{1,63})?");

  public RouteId {
    if (!SHAPE.matcher(value).matches()) {
      throw new IllegalArgumentException("not a route id (namespace/service[/section]): " + value);
    }
  }

  /** The route of a service, or of one named port of it when {@code section} is not null. */
  public static RouteId of(String namespace, String service, @Nullable String section) {
    return new RouteId(
        section == null ? namespace + "/" + service : namespace + "/" + service + "/" + section);
  }

  /** The namespace of the service. */
  public String namespace() {
    return value.substring(0, value.indexOf('/'));
  }

  /** The name of the service. */
  public String service() {
    String rest = value.substring(value.indexOf('/') + 1);
    int slash = rest.indexOf('/');
    return slash < 0 ? rest : rest.substring(0, slash);
  }

  /** The port name, or null when the route is the whole service. */
  public @Nullable String section() {
    int first = value.indexOf('/');
    int second = value.indexOf('/', first + 1);
    return second < 0 ? null : value.substring(second + 1);
  }

  @Override
  public int compareTo(RouteId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}

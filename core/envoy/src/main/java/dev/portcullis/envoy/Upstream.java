// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy;

import dev.portcullis.policy.plan.RouteId;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Something that Envoy guards and forwards to: one port of a Service.
 *
 * @param namespace of the Service, a DNS label
 * @param service its name, a DNS label
 * @param section the name of the port, a DNS label; null when only whole-service policies are asked
 * @param address where it listens
 * @param protocol what it speaks
 */
public record Upstream(
    String namespace,
    String service,
    @Nullable String section,
    HostPort address,
    Protocol protocol) {
  private static final Pattern LABEL = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

  /** What an upstream speaks; clients may speak either, Envoy translates. */
  public enum Protocol {
    /** HTTP/1.1, also for WebSocket. */
    HTTP1,
    /** HTTP/2 without TLS, as gRPC needs it. */
    HTTP2
  }

  public Upstream {
    label("namespace", namespace);
    label("service", service);
    if (section != null) {
      label("section", section);
    }
  }

  /** The route of the whole service, which is asked for unless the plan has one for the section. */
  public RouteId serviceRoute() {
    return RouteId.of(namespace, service, null);
  }

  /** The route of the section; the whole service's when there is no section. */
  public RouteId sectionRoute() {
    return RouteId.of(namespace, service, section);
  }

  private static void label(String field, String value) {
    if (!LABEL.matcher(value).matches()) {
      throw new IllegalArgumentException("not a DNS label in " + field + ": " + value);
    }
  }
}

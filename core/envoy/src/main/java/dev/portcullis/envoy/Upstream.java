// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy;

import dev.portcullis.policy.plan.RouteId;
import java.util.List;
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
 * @param hosts names in lower case under which clients know it, at most {@value #MAX_HOSTS}; empty:
 *     those that the Service has in its cluster
 */
public record Upstream(
    String namespace,
    String service,
    @Nullable String section,
    HostPort address,
    Protocol protocol,
    List<String> hosts) {
  /** How many names one upstream may have. */
  public static final int MAX_HOSTS = 64;

  private static final String LABELS = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?";
  private static final Pattern LABEL = Pattern.compile(LABELS);
  private static final Pattern HOST = Pattern.compile(LABELS + "(\\." + LABELS + ")*");

  /** What an upstream speaks; clients may speak either, Envoy translates. */
  public enum Protocol {
    /** HTTP/1.1, also for WebSocket. */
    HTTP1,
    /** HTTP/2 without TLS, as gRPC needs it. */
    HTTP2
  }

  /** Clients know it by the names that the Service has in its cluster. */
  public Upstream(
      String namespace,
      String service,
      @Nullable String section,
      HostPort address,
      Protocol protocol) {
    this(namespace, service, section, address, protocol, List.of());
  }

  public Upstream {
    hosts = hosts.stream().sorted().toList();
    label("namespace", namespace);
    label("service", service);
    if (section != null) {
      label("section", section);
    }
    if (hosts.size() > MAX_HOSTS) {
      throw new IllegalArgumentException("at most " + MAX_HOSTS + " hosts, not " + hosts.size());
    }
    hosts.forEach(Upstream::host);
  }

  /** The route of the whole service, which is asked for unless the plan has one for the section. */
  public RouteId serviceRoute() {
    return RouteId.of(namespace, service, null);
  }

  /** The route of the section; the whole service's when there is no section. */
  public RouteId sectionRoute() {
    return RouteId.of(namespace, service, section);
  }

  /** Never a wildcard: what a name means is said and not guessed. */
  private static void host(String host) {
    if (host.length() > 253 || !HOST.matcher(host).matches()) {
      throw new IllegalArgumentException("not a DNS name in lower case in hosts: " + host);
    }
  }

  private static void label(String field, String value) {
    if (!LABEL.matcher(value).matches()) {
      throw new IllegalArgumentException("not a DNS label in " + field + ": " + value);
    }
  }
}

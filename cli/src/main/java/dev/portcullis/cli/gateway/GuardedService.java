// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.gateway;

import dev.portcullis.compiler.ServiceName;
import dev.portcullis.envoy.HostPort;
import dev.portcullis.envoy.Upstream;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A service that the gateway guards.
 *
 * @param section name of its port; null: policies for a port of it do not apply
 * @param address where it listens
 */
public record GuardedService(ServiceName name, @Nullable String section, HostPort address) {
  private static final Pattern FORM = Pattern.compile("([^/=]+)/([^/=:]+)(?::([^/=:]+))?=(.+)");

  /**
   * Reads {@code shop/orders=127.0.0.1:9000} or {@code shop/orders:http=127.0.0.1:9000}.
   *
   * @throws IllegalArgumentException saying what is wrong and what is wanted
   */
  public static GuardedService parse(String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      throw new IllegalArgumentException(
          "\"" + text + "\" is not NAMESPACE/NAME=HOST:PORT, such as shop/orders=127.0.0.1:9000");
    }
    try {
      return of(form);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "\"" + text + "\": " + e.getMessage() + ", such as shop/orders=127.0.0.1:9000", e);
    }
  }

  private static GuardedService of(Matcher form) {
    ServiceName name = new ServiceName(form.group(1), form.group(2));
    GuardedService service = new GuardedService(name, form.group(3), HostPort.parse(form.group(4)));
    // An upstream checks that the names are ones that Kubernetes allows.
    service.upstream();
    return service;
  }

  /** The service as Envoy's configuration names it. */
  public Upstream upstream() {
    return new Upstream(name.namespace(), name.name(), section, address, Upstream.Protocol.HTTP1);
  }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler;

import dev.portcullis.crds.v1alpha1.TargetRef;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * Endpoints as golden files write them, one a line: namespace, workload and port, and after the
 * arrow the ports of Services that lead there, with {@code -} for what there is not.
 *
 * <pre>
 * - shop deployment.orders http <- orders/http orders-headless/-
 * </pre>
 */
final class EndpointFile {

  private EndpointFile() {}

  static Set<Endpoint> read(byte[] yaml) {
    Set<Endpoint> out = new LinkedHashSet<>();
    var lines =
        (List<?>)
            new Load(LoadSettings.builder().build())
                .loadFromString(new String(yaml, java.nio.charset.StandardCharsets.UTF_8));
    lines.forEach(line -> out.add(endpoint((String) line)));
    return out;
  }

  private static Endpoint endpoint(String line) {
    String[] sides = line.split("<-", -1);
    String[] pod = sides[0].strip().split(" ", -1);
    List<ServicePort> services = new ArrayList<>();
    for (String service : sides[1].strip().split(" ", -1)) {
      if (!service.isEmpty()) {
        String[] parts = service.split("/", -1);
        services.add(new ServicePort(parts[0], orNull(parts[1])));
      }
    }
    return Endpoint.ofPods(pod[0], workload(pod[1]), orNull(pod[2]), services);
  }

  private static @Nullable Workload workload(String text) {
    int dot = text.indexOf('.');
    return text.equals("-")
        ? null
        : new Workload(
            Arrays.stream(TargetRef.Kind.values())
                .filter(kind -> kind.word().toLowerCase(Locale.ROOT).equals(text.substring(0, dot)))
                .findFirst()
                .orElseThrow(),
            text.substring(dot + 1));
  }

  private static @Nullable String orNull(String text) {
    return text.equals("-") ? null : text;
  }

  /** The line of an endpoint. */
  static String text(Endpoint endpoint) {
    StringBuilder line = new StringBuilder(endpoint.namespace());
    line.append(' ').append(endpoint.workload() == null ? "-" : endpoint.workload());
    line.append(' ').append(endpoint.port() == null ? "-" : endpoint.port()).append(" <-");
    endpoint
        .services()
        .forEach(port ->
            line.append(' ')
                .append(port.service())
                .append('/')
                .append(port.port() == null ? "-" : port.port()));
    return line.toString();
  }
}

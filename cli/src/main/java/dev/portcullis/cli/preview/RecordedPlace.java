// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.preview;

import dev.portcullis.compiler.Endpoint;
import dev.portcullis.compiler.ServicePort;
import dev.portcullis.compiler.Workload;
import dev.portcullis.crds.v1alpha1.TargetRef;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What stood behind a route, by its id: as much of it as policies spoke of by name when the
 * decision was made.
 */
final class RecordedPlace {
  private static final String PODS = "@pods";

  private RecordedPlace() {}

  /** Empty: the id was too long to tell, or is none. */
  static Optional<Endpoint> of(String route) {
    int slash = route.indexOf('/');
    if (slash < 1 || route.indexOf('~') >= 0) {
      return Optional.empty();
    }
    String namespace = route.substring(0, slash);
    String rest = route.substring(slash + 1);
    if (rest.equals(PODS)) {
      return Optional.of(Endpoint.ofPods(namespace, null, null, new TreeSet<>()));
    }
    int at = rest.indexOf('@');
    SortedSet<ServicePort> services = new TreeSet<>();
    String named = at < 0 ? rest : rest.substring(0, at);
    for (String service : named.isEmpty() ? new String[0] : named.split("[+]")) {
      services.add(new ServicePort(before(service), after(service)));
    }
    if (at < 0) {
      return Optional.of(new Endpoint(namespace, null, null, services));
    }
    String pods = rest.substring(at + 1);
    return workload(before(pods))
        .map(workload -> new Endpoint(namespace, workload, after(pods), services));
  }

  private static Optional<Workload> workload(String name) {
    int dot = name.indexOf('.');
    return dot < 0
        ? Optional.empty()
        : Arrays.stream(TargetRef.Kind.values())
            .filter(kind -> kind.isWorkload())
            .filter(kind -> kind.word().toLowerCase(Locale.ROOT).equals(name.substring(0, dot)))
            .findFirst()
            .map(kind -> new Workload(kind, name.substring(dot + 1)));
  }

  private static String before(String text) {
    int slash = text.indexOf('/');
    return slash < 0 ? text : text.substring(0, slash);
  }

  private static @Nullable String after(String text) {
    int slash = text.indexOf('/');
    return slash < 0 ? null : text.substring(slash + 1);
  }
}

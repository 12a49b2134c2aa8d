// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.fleet;

import dev.portcullis.envoy.HostPort;
import dev.portcullis.envoy.sidecar.Interception;
import dev.portcullis.envoy.sidecar.PeerService;
import dev.portcullis.envoy.sidecar.SidecarSpec;
import dev.portcullis.fleet.Fleet.Member;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Works out which ports of Services are called by mutual TLS. Used once. */
final class PeerServices {
  private static final Comparator<ServiceView> ORDER =
      Comparator.comparing(ServiceView::namespace).thenComparing(ServiceView::name);

  private final Function<ServiceView, List<Member>> selected;
  private final BiPredicate<Member, ServiceView.Port> answers;
  private final Function<Member, String> identity;
  private final SortedSet<PeerService> peers = new TreeSet<>();

  /** What is dialled leads one way, whichever Service it belongs to. */
  private final Set<HostPort> claimed = new HashSet<>();

  /**
   * @param selected the pods behind a Service
   * @param answers whether a pod's sidecar takes mutual TLS on the port that a Service leads to
   * @param identity whom a pod proves to be
   */
  PeerServices(
      Function<ServiceView, List<Member>> selected,
      BiPredicate<Member, ServiceView.Port> answers,
      Function<Member, String> identity) {
    this.selected = selected;
    this.answers = answers;
    this.identity = identity;
  }

  /** At most {@value SidecarSpec#MAX_PEERS}, the same for every operator that knows the same. */
  SortedSet<PeerService> of(List<ServiceView> services) {
    for (ServiceView service : services.stream().sorted(ORDER).toList()) {
      List<Member> pods = selected.apply(service);
      if (pods.isEmpty()) {
        continue;
      }
      for (ServiceView.Port port : service.ports()) {
        if (!service.addresses().isEmpty()) {
          byItsAddress(service, port, pods);
        } else {
          byItsPods(service, port, pods);
        }
      }
    }
    return peers;
  }

  /** Nobody can tell which pod is meant, so all of them must answer. */
  private void byItsAddress(ServiceView service, ServiceView.Port port, List<Member> pods) {
    if (pods.stream().allMatch(member -> answers.test(member, port))) {
      add(service, port.dialled(), service.addresses(), pods);
    }
  }

  /** Callers dial a pod on its own port, so each pod counts for itself. */
  private void byItsPods(ServiceView service, ServiceView.Port port, List<Member> pods) {
    SortedMap<Integer, List<Member>> byNumber =
        pods.stream()
            .filter(member -> answersDirectly(member, port))
            .collect(
                Collectors.groupingBy(
                    member -> number(member, port), TreeMap::new, Collectors.toList()));
    byNumber.forEach((number, some) -> {
      SortedSet<String> addresses =
          some.stream()
              .map(member -> member.pod().address())
              .filter(Objects::nonNull)
              .filter(address -> claimed.add(new HostPort(address, number)))
              .sorted()
              .limit(PeerService.MAX_ADDRESSES)
              .collect(Collectors.toCollection(TreeSet::new));
      add(service, number, addresses, some);
    });
  }

  /** Whether a pod takes mutual TLS from who dials it and no Service. */
  boolean answersDirectly(Member member, ServiceView.Port port) {
    // Where ports were moved, the application's own number is not its sidecar's.
    return member.pod().interception() == Interception.REDIRECT && answers.test(member, port);
  }

  private static int number(Member member, ServiceView.Port port) {
    AppPort target = port.in(member.pod());
    return target == null ? port.dialled() : target.number();
  }

  private void add(
      ServiceView service, int port, SortedSet<String> addresses, List<Member> members) {
    if (!addresses.isEmpty() && peers.size() < SidecarSpec.MAX_PEERS) {
      SortedSet<String> identities =
          members.stream().map(identity).collect(Collectors.toCollection(TreeSet::new));
      peers.add(new PeerService(service.namespace(), service.name(), port, addresses, identities));
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.rollout;

import dev.portcullis.codec.observation.Observations;
import dev.portcullis.codec.probe.ProbeKey;
import dev.portcullis.compiler.CompileResult;
import dev.portcullis.envoy.EnvoyTranslator;
import dev.portcullis.envoy.sidecar.SidecarSpec;
import dev.portcullis.fleet.FleetPlan;
import dev.portcullis.fleet.PodName;
import dev.portcullis.operator.identity.Role;
import dev.portcullis.operator.xds.ConnectedNode;
import dev.portcullis.operator.xds.NodeDirectory;
import dev.portcullis.operator.xds.NodeKey;
import dev.portcullis.operator.xds.Registration;
import dev.portcullis.operator.xds.ResourceType;
import dev.portcullis.operator.xds.XdsResource;
import dev.portcullis.operator.xds.XdsSnapshot;
import dev.portcullis.policy.plan.RouteId;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Brings a compilation to all nodes. Used by one thread.
 *
 * <p>A new route's plan is with every decision service before an Envoy asks about it; a route that
 * is gone is taken from decision services when no Envoy asks about it any more. Each wait is
 * bounded: a replica that hangs delays the others by {@link #PATIENCE} and shows in status. Nothing
 * here blocks; {@link #advance} does what can be done now and is called again when a node speaks.
 *
 * <p>Nodes that other operators serve are waited for in the same way, but served by those: they
 * come to the same resources by themselves, since compiling and translating give the same bytes
 * everywhere.
 */
public final class Rollout {
  /** How long plans wait for decision services, and removals for proxies. */
  public static final Duration PATIENCE = Duration.ofSeconds(2);

  /** An operator that fell silent this briefly ago is expected to speak again. */
  private static final Duration RECONNECTS_WITHIN = Duration.ofSeconds(5);

  private static final Set<Role> PROXIES = EnumSet.of(Role.GATEWAY, Role.SIDECAR);

  private final NodeDirectory directory;
  private final EnvoyTranslator translator;
  private final Clock clock;
  private final PlanResources plans;
  private final Map<ConnectedNode, Proxy> proxies = new HashMap<>();
  private Aim aim;
  private XdsSnapshot wanted = XdsSnapshot.EMPTY;
  private XdsSnapshot published = XdsSnapshot.EMPTY;
  private Instant plansDue = Instant.MIN;
  private Instant pruneDue = Instant.MAX;
  private boolean aimed;
  private boolean proxiesPublished;

  /**
   * @param probeKeys that decision services answer probes with
   */
  public Rollout(
      NodeDirectory directory,
      EnvoyTranslator translator,
      Supplier<List<ProbeKey>> probeKeys,
      Clock clock) {
    this.plans = new PlanResources(probeKeys);
    this.directory = directory;
    this.translator = translator;
    this.clock = clock;
    this.aim = new Aim(Collections.emptySortedMap(), FleetPlan.EMPTY, translator);
  }

  /** Sets what everybody should hold. */
  public void aim(CompileResult result, FleetPlan fleet) {
    XdsSnapshot next = plans.of(result);
    if (aimed && next == wanted && fleet.equals(aim.fleet())) {
      return;
    }
    aimed = true;
    aim = new Aim(result.routes(), fleet, translator);
    wanted = next;
    // What is being served now and is not wanted any more stays until proxies let go of it.
    SortedMap<String, XdsResource> union = new TreeMap<>(published.of(ResourceType.PLAN_ROUTE));
    union.putAll(next.of(ResourceType.PLAN_ROUTE));
    published = next.with(ResourceType.PLAN_ROUTE, union.values());
    plansDue = clock.instant().plus(PATIENCE);
    pruneDue = Instant.MAX;
    proxiesPublished = false;
  }

  /**
   * Publishes what may be published now.
   *
   * @return whether every connected node answered to everything, so that nothing is left to do
   */
  public boolean advance() {
    if (!aimed) {
      return false;
    }
    Instant now = clock.instant();
    List<Registration> deciders = connected(Role.DECISION_SERVICE);
    publishPlans(deciders);
    boolean heardOfAll = directory.unheard(Duration.ZERO).isEmpty();
    boolean plansAnswered =
        heardOfAll && deciders.stream().allMatch(decider -> answered(decider, wanted));
    meetProxies();
    if (!proxiesPublished && (plansAnswered || !now.isBefore(plansDue))) {
      proxiesPublished = true;
      pruneDue = now.plus(PATIENCE);
    }
    if (!proxiesPublished) {
      return false;
    }
    proxies.values().forEach(Proxy::publish);
    boolean proxiesAnswered =
        heardOfAll
            && PROXIES.stream()
                .flatMap(role -> connected(role).stream())
                .allMatch(each -> answered(each, wantedBy(each)));
    if (published != wanted && (proxiesAnswered || !now.isBefore(pruneDue))) {
      published = wanted;
      publishPlans(deciders);
    }
    return plansAnswered && proxiesAnswered;
  }

  /** Whether a decision service and a proxy are connected. */
  boolean reachesBothRoles() {
    return !connected(Role.DECISION_SERVICE).isEmpty()
        && PROXIES.stream().anyMatch(role -> !connected(role).isEmpty());
  }

  private void publishPlans(List<Registration> deciders) {
    deciders.forEach(decider -> decider.node().publish(published));
  }

  private void meetProxies() {
    List<ConnectedNode> known = registeredProxies().map(Registration::node).toList();
    proxies.keySet().retainAll(Set.copyOf(known));
    for (ConnectedNode node : known) {
      proxies.computeIfAbsent(node, Proxy::new).aim(aim);
    }
  }

  private Stream<Registration> registeredProxies() {
    return PROXIES.stream().flatMap(role -> directory.registered(role).stream());
  }

  private List<Registration> connected(Role role) {
    return directory.registered(role).stream().filter(Registration::connected).toList();
  }

  private XdsSnapshot wantedBy(Registration registration) {
    Proxy proxy = proxies.get(registration.node());
    return proxy == null ? XdsSnapshot.EMPTY : proxy.wanted();
  }

  private static boolean answered(Registration registration, XdsSnapshot snapshot) {
    for (ResourceType type : ResourceType.values()) {
      if (!NodeProgress.answered(registration, type, snapshot.of(type).values())) {
        return false;
      }
    }
    return true;
  }

  /** How far it got until now. */
  public Progress progress() {
    Instant now = clock.instant();
    Map<RouteId, String> versions = new HashMap<>();
    SortedMap<String, XdsResource> plansByName = wanted.of(ResourceType.PLAN_ROUTE);
    for (RouteId id : aim.routes().keySet()) {
      XdsResource plan = plansByName.get(id.value());
      if (plan != null) {
        versions.put(id, plan.version());
      }
    }
    List<Registration> deciders = directory.registered(Role.DECISION_SERVICE);
    return new Progress(
        versions,
        route -> deciderReports(deciders, plansByName.get(route.value()), now),
        proxyReports(now),
        directory.unheard(RECONNECTS_WITHIN),
        observed(deciders));
  }

  private static SortedMap<String, Observations> observed(List<Registration> deciders) {
    SortedMap<String, Observations> observed = new TreeMap<>();
    for (Registration decider : deciders) {
      if (decider.connected()) {
        observed.put(decider.node().key().id(), decider.node().observed().all());
      }
    }
    return observed;
  }

  private static List<Progress.Report> deciderReports(
      List<Registration> deciders, @Nullable XdsResource plan, Instant now) {
    return plan == null
        ? List.of()
        : deciders.stream()
            .map(decider ->
                new Progress.Report(
                    decider.node().key().id(),
                    NodeProgress.of(decider, ResourceType.PLAN_ROUTE, plan, now)))
            .toList();
  }

  private Map<RouteId, List<Progress.Report>> proxyReports(Instant now) {
    Map<RouteId, List<Progress.Report>> reports = new HashMap<>();
    Map<PodName, NodeState> sidecars = new HashMap<>();
    registeredProxies()
        .forEach(registration -> {
          Proxy proxy = proxies.get(registration.node());
          if (proxy == null) {
            return;
          }
          NodeState state = NodeProgress.of(registration, proxy.wanted(), now);
          NodeKey key = registration.node().key();
          if (registration.node().role() == Role.SIDECAR) {
            sidecars.put(SidecarDuty.podOf(key.identity()), state);
          } else {
            add(reports, proxy.serves(), new Progress.Report(key.id(), state));
          }
        });
    // Pods count, not streams: one whose sidecar never called is the one to worry about.
    FleetPlan fleet = aim.fleet();
    for (PodName pod : fleet.serving().keySet()) {
      SidecarSpec spec = fleet.sidecars().get(pod);
      if (spec != null) {
        NodeState state = sidecars.getOrDefault(pod, new NodeState.Lagging());
        add(reports, SidecarDuty.routes(spec), new Progress.Report(pod.toString(), state));
      }
    }
    return reports;
  }

  private static void add(
      Map<RouteId, List<Progress.Report>> reports,
      SortedSet<RouteId> serves,
      Progress.Report report) {
    serves.forEach(route -> reports.computeIfAbsent(route, _ -> new ArrayList<>()).add(report));
  }
}

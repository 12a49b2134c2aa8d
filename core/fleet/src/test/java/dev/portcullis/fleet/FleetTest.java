// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.portcullis.compiler.CompileResult;
import dev.portcullis.compiler.KnownConfigMaps;
import dev.portcullis.compiler.KnownSecrets;
import dev.portcullis.compiler.KnownServices;
import dev.portcullis.compiler.KnownTargets;
import dev.portcullis.compiler.PolicyCompiler;
import dev.portcullis.compiler.PolicySet;
import dev.portcullis.compiler.source.PolicySource;
import dev.portcullis.crds.v1alpha1.ApiPolicy;
import dev.portcullis.envoy.HostPort;
import dev.portcullis.envoy.route.RouteGuard;
import dev.portcullis.envoy.sidecar.PeerService;
import dev.portcullis.envoy.sidecar.SidecarPort;
import dev.portcullis.envoy.sidecar.SidecarSpec;
import dev.portcullis.policy.identity.SpiffeId;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Which ports of a pod are guarded, by what, and who may be spoken to. */
final class FleetTest {
  private static final MeshSettings MESH =
      new MeshSettings(
          List.of(new HostPort("ext-authz", 9001)),
          new SpiffeId("cluster.local", "portcullis-system", "ext-authz"));
  private static final String POLICY =
      """
      apiVersion: portcullis.dev/v1alpha1
      kind: ApiPolicy
      metadata: {name: orders, namespace: shop, uid: p, generation: 1}
      spec:
        targetRefs: [{kind: Service, name: orders}]
        authentication: {methods: [{name: all, anonymous: {}}]}
      """;

  private static final String ELSEWHERE = POLICY.replace("name: orders}]", "name: carts}]");

  @Test
  void guardsThePortThatAServiceLeadsTo() {
    SidecarSpec spec = only(List.of(pod("a", "{name: http, containerPort: 8080}")), "http");
    assertThat(guard(port(spec, 8080))).isEqualTo("shop/orders");
  }

  /** To declare a port is optional, and to leave it out must not be a way around. */
  @Test
  void guardsAPortThatNobodyDeclared() {
    SidecarSpec spec = only(List.of(pod("a", "")), "8080");
    assertThat(guard(port(spec, 8080))).isEqualTo("shop/orders");
  }

  @Test
  void guardsAPortByEachOfItsNames() {
    SidecarSpec spec =
        only(
            List.of(
                pod("a", "{name: web, containerPort: 8080}, {name: http, containerPort: 8080}")),
            "http");
    assertThat(guard(port(spec, 8080))).isEqualTo("shop/orders");
  }

  @Test
  void letsAPortPassThatNoServiceCallsHttpAndNoPolicyReaches() {
    SidecarSpec spec =
        only(
            List.of(pod("a", "{name: http, containerPort: 8080}, {name: db, containerPort: 5432}")),
            "http");
    assertThat(spec.ports()).extracting(SidecarPort::port).containsExactly(8080);
  }

  @Test
  void speaksMutualTlsToServicesAllOfWhosePodsAnswerToIt() {
    List<Pod> both =
        List.of(
            pod("a", "{name: http, containerPort: 8080}"),
            pod("b", "{name: http, containerPort: 8080}"));
    assertThat(only(both, "http").peers()).extracting(PeerService::name).hasSize(1);

    Pod bare = pod("c", "{name: http, containerPort: 8080}");
    bare.getMetadata().getLabels().remove(Names.SIDECAR);
    List<Pod> mixed = List.of(both.getFirst(), bare);
    assertThat(only(mixed, "http").peers()).isEmpty();
    assertThat(plan(mixed, "http").unprotected())
        .extracting(pod -> pod.name().name(), UnprotectedPod::reason)
        .containsExactly(tuple("c", UnprotectedPod.Reason.NO_SIDECAR));
  }

  /** Callers of a Service without an address dial its pods, on the pods' own port. */
  @Test
  void speaksMutualTlsToPodsThatCallersDialThemselves() {
    Pod bare = pod("c", "{name: http, containerPort: 8080}");
    bare.getMetadata().getLabels().remove(Names.SIDECAR);
    List<Pod> pods =
        List.of(
            pod("a", "{name: http, containerPort: 8080}"),
            pod("b", "{name: http, containerPort: 9090}"),
            bare);
    pods.forEach(
        pod -> pod.getStatus().setPodIP("192.0.2." + (int) pod.getMetadata().getName().charAt(0)));
    Service twin = service("http", "clusterIPs: [None]");
    twin.getMetadata().setName("orders-twin");

    Fleet fleet = Fleet.of(pods, List.of(service("http", "clusterIPs: [None]"), twin));

    // Envoy takes no listener in which an address and a port lead two ways.
    assertThat(plan(fleet, POLICY).peers())
        .extracting(PeerService::name, PeerService::addresses)
        .containsExactly(
            tuple("peer/shop/orders/8080", new TreeSet<>(List.of("192.0.2.97"))),
            tuple("peer/shop/orders/9090", new TreeSet<>(List.of("192.0.2.98"))));
  }

  @Test
  void countsOnlyPodsThatRequestsReach() {
    Pod gone = pod("b", "{name: http, containerPort: 8080}");
    gone.getMetadata().setDeletionTimestamp("2026-11-22T00:00:00Z");
    List<Pod> pods = List.of(pod("a", "{name: http, containerPort: 8080}"), gone);
    assertThat(plan(pods, "http").serving().keySet())
        .extracting(PodName::name)
        .containsExactly("a");
  }

  /** Every port but those that were moved: a NetworkPolicy can only allow. */
  @Test
  void closesThePortsThatWereMovedAndNoOther() {
    List<ClosedPorts> closed =
        closed(List.of(moved("a", 80, 8080), moved("b", 80, 8080), moved("c", 9090)), "http");
    assertThat(closed)
        .extracting(ClosedPorts::name)
        .containsExactly("portcullis-closes-80-8080", "portcullis-closes-9090");
    assertThat(closed.getFirst().policy(List.of()))
        .isEqualTo(
            Serialization.unmarshal(
                """
                apiVersion: networking.k8s.io/v1
                kind: NetworkPolicy
                metadata:
                  name: portcullis-closes-80-8080
                  namespace: shop
                  labels: {app.kubernetes.io/part-of: portcullis, portcullis.dev/moved: 80-8080}
                spec:
                  podSelector: {matchLabels: {portcullis.dev/moved: 80-8080}}
                  policyTypes: [Ingress]
                  ingress:
                  - ports:
                    - {protocol: TCP, port: 1, endPort: 79}
                    - {protocol: TCP, port: 81, endPort: 8079}
                    - {protocol: TCP, port: 8081, endPort: 65535}
                    - {protocol: UDP, port: 1, endPort: 65535}
                    - {protocol: SCTP, port: 1, endPort: 65535}
                """,
                NetworkPolicy.class));
  }

  /** A port that nobody calls HTTP passes as it comes, which is no reason to say nothing. */
  @Test
  void tellsOfPodsNoneOfWhosePortsHasAPolicy() {
    Pod database = pod("a", "{name: db, containerPort: 5432}");
    Service unnamed = service("db", "");
    unnamed.getSpec().getPorts().getFirst().setAppProtocol(null);
    unnamed.getSpec().getPorts().getFirst().setName("db");
    assertThat(unasked(List.of(database), List.of(unnamed))).containsExactly("Pod shop/a");
    assertThat(unasked(List.of(database), List.of())).as("no Service").hasSize(1);

    Service number = service("5432", "");
    number.getSpec().getPorts().getFirst().setAppProtocol(null);
    number.getSpec().getPorts().getFirst().setName("db");
    assertThat(unasked(List.of(pod("a", "")), List.of(number))).as("undeclared").hasSize(1);
    assertThat(unasked(List.of(pod("a", "")), List.of())).as("nothing listens").isEmpty();
    assertThat(unasked(List.of(unmoved()), List.of())).as("nothing was moved").hasSize(1);
  }

  @Test
  void saysNothingOfPodsWithAPolicyForTheirHttp() {
    Pod both = pod("a", "{name: http, containerPort: 8080}, {name: db, containerPort: 5432}");
    assertThat(plan(List.of(both), "http").unprotected()).isEmpty();
    assertThat(plan(fleet(List.of(both), "http"), ELSEWHERE).unprotected())
        .extracting(UnprotectedPod::reason)
        .containsExactly(UnprotectedPod.Reason.NO_POLICY);
  }

  /** So that hundreds of pods are one event. */
  @Test
  void namesWhoControlsAPod() {
    Pod pod = pod("a", "{containerPort: 5432}");
    assertThat(ownedBy(pod, "Job", "nightly")).isEqualTo("Job shop/nightly");
    assertThat(ownedBy(pod, "Node", "n1")).isEqualTo("Pod shop/a");
    assertThat(ownedBy(pod, "ReplicaSet", "orders-77f")).isEqualTo("ReplicaSet shop/orders-77f");
    pod.getMetadata().getLabels().put("pod-template-hash", "77f");
    assertThat(ownedBy(pod, "ReplicaSet", "orders-77f")).isEqualTo("Deployment shop/orders");
  }

  private static String ownedBy(Pod pod, String kind, String name) {
    pod.getMetadata()
        .setOwnerReferences(
            List.of(
                new OwnerReferenceBuilder()
                    .withKind(kind)
                    .withName(name)
                    .withController(true)
                    .build()));
    return unasked(List.of(pod), List.of()).getFirst();
  }

  /** In rewrite mode, with a port that has no name. */
  private static Pod unmoved() {
    Pod pod = pod("a", "{containerPort: 8080}");
    pod.getMetadata().getLabels().put(Names.SIDECAR, "rewrite");
    return pod;
  }

  private static List<String> unasked(List<Pod> pods, List<Service> services) {
    List<UnprotectedPod> unprotected = plan(Fleet.of(pods, services), ELSEWHERE).unprotected();
    assertThat(unprotected)
        .extracting(UnprotectedPod::reason)
        .allMatch(UnprotectedPod.Reason.NO_POLICY::equals);
    return unprotected.stream().map(UnprotectedPod::owner).toList();
  }

  @Test
  void tellsOfServicesThatLeadToTheNumberOfAPortThatWasMoved() {
    List<Pod> pods = List.of(moved("a", 8080));
    assertThat(plan(pods, "8080").unprotected())
        .extracting(UnprotectedPod::reason)
        .containsExactly(UnprotectedPod.Reason.NUMERIC_TARGET_PORT);
    assertThat(plan(pods, "port-8080").unprotected()).isEmpty();
  }

  @Test
  void closesNothingOfPodsWhoseNetworkRedirects() {
    assertThat(closed(List.of(pod("a", "{name: http, containerPort: 8080}")), "http")).isEmpty();
  }

  /** Behind the other ports of a sidecar nobody is asked. */
  @Test
  void knowsWhereSidecarsListenForWhatAPolicySpeaksFor() {
    List<Pod> pods = List.of(moved("a", 80, 8080));
    assertThat(closed(pods, "port-8080").getFirst().gates()).containsExactly(20001);
    assertThat(closed(pods, "port-9090").getFirst().gates()).isEmpty();
    assertThat(closed(pods, "port-9090").getFirst().ports()).containsExactly(80, 8080);
  }

  private static List<ClosedPorts> closed(List<Pod> pods, String targetPort) {
    Fleet fleet = fleet(pods, targetPort);
    return fleet.closedPorts(compiled(fleet, POLICY));
  }

  private static Pod moved(String name, int... apps) {
    List<MovedPort> ports = new ArrayList<>();
    for (int app : apps) {
      ports.add(new MovedPort("port-" + app, app, Names.FIRST_MOVED_PORT + ports.size()));
    }
    Pod pod = pod(name, "");
    pod.getMetadata().getLabels().put(Names.SIDECAR, "rewrite");
    pod.getMetadata().getLabels().put(Names.MOVED, MovedPort.label(ports));
    pod.getMetadata().setAnnotations(Map.of(Names.PORTS, MovedPort.write(ports)));
    return pod;
  }

  @Test
  void knowsWhoCannotCallWhatDemandsMutualTls() {
    List<Pod> pods = List.of(pod("a", "{name: http, containerPort: 8080}"));
    assertThat(refused(pods, "")).isEmpty();
    assertThat(refused(pods, "type: NodePort"))
        .containsExactly("Service shop/orders brings callers from outside of the cluster");
    assertThat(refused(pods, "externalIPs: [192.0.2.1]")).hasSize(1);
    assertThat(refused(pods, "clusterIPs: [None]")).isEmpty();
    assertThat(refused(List.of(moved("a", 8080)), "clusterIPs: [None]", "port-8080"))
        .containsExactly(
            "Service shop/orders has no address of its own, and some of its pods take no mutual TLS"
                + " on the port that callers dial");
    Pod bare = pod("b", "{name: http, containerPort: 8080}");
    bare.getMetadata().getLabels().remove(Names.SIDECAR);
    assertThat(refused(List.of(pods.getFirst(), bare), ""))
        .containsExactly(
            "Service shop/orders has pods that do not take mutual TLS, so none is called by it");
  }

  private static List<String> refused(List<Pod> pods, String spec) {
    return refused(pods, spec, "http");
  }

  private static List<String> refused(List<Pod> pods, String spec, String targetPort) {
    Fleet fleet = Fleet.of(pods, List.of(service(targetPort, spec)));
    String strict = POLICY + "  transport: {mtls: Strict}\n";
    return plan(fleet, strict).refused().values().stream().flatMap(Set::stream).toList();
  }

  private static SidecarSpec only(List<Pod> pods, String targetPort) {
    return plan(pods, targetPort).sidecars().values().iterator().next();
  }

  private static FleetPlan plan(List<Pod> pods, String targetPort) {
    return plan(fleet(pods, targetPort), POLICY);
  }

  private static FleetPlan plan(Fleet fleet, String yaml) {
    return fleet.plan(compiled(fleet, yaml), MESH);
  }

  private static CompileResult compiled(Fleet fleet, String yaml) {
    KnownTargets targets =
        KnownTargets.of(new KnownServices.Unknown()).withEndpoints(fleet.endpoints());
    ApiPolicy policy = Serialization.unmarshal(yaml, ApiPolicy.class);
    return PolicyCompiler.compile(
        new PolicySet(
            List.of(PolicySource.ofCluster(policy, null)),
            List.of(),
            targets,
            new KnownSecrets(Map.of(), true),
            KnownConfigMaps.unknown()));
  }

  private static Fleet fleet(List<Pod> pods, String targetPort) {
    return Fleet.of(pods, List.of(service(targetPort, "")));
  }

  private static Service service(String targetPort, String more) {
    String address = more.startsWith("clusterIPs") ? "" : "clusterIPs: [10.96.0.7]";
    return Serialization.unmarshal(
        """
        apiVersion: v1
        kind: Service
        metadata: {name: orders, namespace: shop}
        spec:
          %s
          %s
          selector: {app: orders}
          ports: [{name: http, port: 80, targetPort: %s, appProtocol: http}]
        """
            .formatted(address, more, targetPort),
        Service.class);
  }

  private static Pod pod(String name, String ports) {
    return Serialization.unmarshal(
        """
        apiVersion: v1
        kind: Pod
        metadata:
          name: %1$s
          namespace: shop
          uid: uid-%1$s
          labels: {app: orders, portcullis.dev/sidecar: redirect}
        spec:
          serviceAccountName: orders
          containers: [{name: app, image: app, ports: [%2$s]}]
        status: {phase: Running, podIP: 10.0.0.1}
        """
            .formatted(name, ports),
        Pod.class);
  }

  private static SidecarPort port(SidecarSpec spec, int number) {
    return spec.ports().stream().filter(port -> port.port() == number).findFirst().orElseThrow();
  }

  private static String guard(SidecarPort port) {
    @Nullable RouteGuard guard = port.guard();
    return Objects.requireNonNull(guard).route().value();
  }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator;

import dev.portcullis.codec.PlanTypes;
import dev.portcullis.envoy.GatewaySpec;
import dev.portcullis.envoy.HostPort;
import dev.portcullis.envoy.ResourceKind;
import dev.portcullis.envoy.Upstream;
import dev.portcullis.fleet.MeshSettings;
import dev.portcullis.operator.IdentityConfig.CaSource;
import dev.portcullis.operator.cluster.Scope;
import dev.portcullis.operator.identity.Roles;
import dev.portcullis.operator.identity.ServerName;
import dev.portcullis.operator.inject.WebhookSettings;
import dev.portcullis.parts.ApiServer;
import dev.portcullis.parts.FreePorts;
import dev.portcullis.parts.Home;
import dev.portcullis.parts.ScratchDirectory;
import dev.portcullis.policy.identity.SpiffeId;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A real API server with everything installed, the operator's real rights included. */
final class Cluster implements AutoCloseable {
  private static final String NAMESPACE = "portcullis-system";

  final ApiServer api;
  final ScratchDirectory scratch = ScratchDirectory.create("portcullis-operator-it-");
  final int xdsPort = FreePorts.next();
  final int adminPort = FreePorts.next();
  final KubernetesClient client;

  Cluster() {
    api = ApiServer.start();
    api.applyCrds();
    api.kubectl("apply", "-f", Home.directory().resolve("charts/portcullis/install").toString())
        .orThrow();
    api.kubectl("create", "namespace", "shop").orThrow();
    client =
        new KubernetesClientBuilder().withConfig(Config.fromKubeconfig(api.kubeconfig())).build();
  }

  RunningOperator operator() {
    return RunningOperator.start(config(operatorKubeconfig()));
  }

  Path operatorKubeconfig() {
    return scratch.write("operator.kubeconfig", api.kubeconfigFor(token("operator")));
  }

  /** An operator that keeps its authority in the cluster, on a port of its own. */
  RunningOperator sharing(int port, Duration overlap) {
    OperatorConfig base =
        config(scratch.write("operator.kubeconfig", api.kubeconfigFor(token("operator"))));
    return RunningOperator.start(
        new OperatorConfig(
            base.kubeconfig(),
            new HostPort("127.0.0.1", port),
            base.xdsNames(),
            new HostPort("127.0.0.1", FreePorts.next()),
            new IdentityConfig(
                "cluster.local",
                NAMESPACE,
                new CaSource.Cluster(null, overlap, Duration.ofDays(365)),
                Duration.ofHours(1)),
            base.mesh(),
            base.roles(),
            base.scope(),
            base.webhooks(),
            null));
  }

  OperatorConfig config(Path kubeconfig) {
    return config(kubeconfig, null);
  }

  OperatorConfig config(Path kubeconfig, @Nullable WebhookSettings webhooks) {
    return new OperatorConfig(
        kubeconfig,
        new HostPort("127.0.0.1", xdsPort),
        List.of(ServerName.parse("127.0.0.1")),
        new HostPort("127.0.0.1", adminPort),
        new IdentityConfig(
            "cluster.local",
            NAMESPACE,
            new CaSource.Directory(scratch.path().resolve("state")),
            Duration.ofHours(1)),
        new MeshSettings(
            List.of(new HostPort("127.0.0.1", 9001)),
            new SpiffeId("cluster.local", NAMESPACE, "ext-authz")),
        new Roles(Set.of(identity("ext-authz")), Set.of(identity("gateway"))),
        new Scope(Set.of(), "portcullis-system"),
        webhooks,
        null);
  }

  private static String identity(String account) {
    return "system:serviceaccount:" + NAMESPACE + ":" + account;
  }

  String token(String account, String... flags) {
    String[] command =
        Arrays.copyOf(new String[] {"create", "token", account, "-n", NAMESPACE}, 5 + flags.length);
    System.arraycopy(flags, 0, command, 5, flags.length);
    return api.kubectl(command).orThrow().strip();
  }

  Path ca() {
    return scratch.path().resolve("state/ca.crt");
  }

  String deciderToken() {
    return token("ext-authz", "--audience=portcullis");
  }

  AckingNode decider(String id) throws IOException {
    return decider(id, deciderToken());
  }

  AckingNode decider(String id, String token) throws IOException {
    return new AckingNode(
        xdsPort,
        ca(),
        token,
        Node.newBuilder().setId(id).build(),
        List.of(PlanTypes.SECRET, PlanTypes.ADDRESS_LIST, PlanTypes.API_KEY, PlanTypes.ROUTE));
  }

  AckingNode gateway(String id, List<Upstream> upstreams) throws IOException {
    GatewaySpec spec =
        new GatewaySpec(
            new HostPort("127.0.0.1", FreePorts.next()),
            List.of(new HostPort("127.0.0.1", 9)),
            upstreams);
    return new AckingNode(
        xdsPort,
        ca(),
        token("gateway", "--audience=portcullis"),
        Node.newBuilder().setId(id).setMetadata(spec.toMetadata()).build(),
        Arrays.stream(ResourceKind.values()).map(ResourceKind::typeUrl).toList());
  }

  static Upstream upstream(String service) {
    return new Upstream(
        "shop", service, null, new HostPort("127.0.0.1", 9), Upstream.Protocol.HTTP1);
  }

  void service(String name) {
    api.kubectl("-n", "shop", "create", "service", "clusterip", name, "--tcp=80:8080").orThrow();
  }

  void apply(String yaml) {
    api.kubectlReading(yaml, "apply", "-f", "-").orThrow();
  }

  /** {@code status/reason} of a condition; empty while there is none. */
  String condition(String kind, String name, String type) {
    return jsonPath(
        kind,
        name,
        "{range .status.conditions[?(@.type==\"" + type + "\")]}{.status}/{.reason}{end}");
  }

  String message(String kind, String name, String type) {
    return jsonPath(kind, name, "{.status.conditions[?(@.type==\"" + type + "\")].message}");
  }

  String jsonPath(String kind, String name, String path) {
    return api.kubectl("-n", "shop", "get", kind, name, "-o", "jsonpath=" + path).orThrow();
  }

  @Override
  public void close() {
    client.close();
    api.close();
    scratch.close();
  }
}

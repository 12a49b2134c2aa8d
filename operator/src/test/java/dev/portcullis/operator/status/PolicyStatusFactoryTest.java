// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.codec.observation.KeySetTrouble;
import dev.portcullis.codec.observation.Observations;
import dev.portcullis.compiler.CompileResult;
import dev.portcullis.compiler.Endpoint;
import dev.portcullis.compiler.KnownServices;
import dev.portcullis.compiler.PolicyCompiler;
import dev.portcullis.compiler.PolicySet;
import dev.portcullis.compiler.ServicePort;
import dev.portcullis.compiler.Workload;
import dev.portcullis.compiler.source.FileReader;
import dev.portcullis.compiler.source.FileSet;
import dev.portcullis.crds.v1alpha1.ApiPolicy;
import dev.portcullis.crds.v1alpha1.Condition;
import dev.portcullis.crds.v1alpha1.PolicyStatus;
import dev.portcullis.crds.v1alpha1.TargetRef;
import dev.portcullis.operator.probe.Enforcement;
import dev.portcullis.operator.rollout.NodeState;
import dev.portcullis.operator.rollout.Progress;
import dev.portcullis.operator.rollout.Progress.Report;
import dev.portcullis.policy.plan.JwksSpec;
import dev.portcullis.policy.plan.PolicyRef;
import dev.portcullis.policy.plan.RouteId;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class PolicyStatusFactoryTest {
  private static final String NAMESPACE =
      """
      apiVersion: portcullis.dev/v1alpha1
      kind: ApiPolicy
      metadata: {name: namespace, namespace: shop, generation: 3}
      spec:
        targetRefs: [{kind: Namespace, name: shop}]
        authentication: {methods: [{name: public, anonymous: {}}]}
      """;
  private static final String SERVICE =
      """
      apiVersion: portcullis.dev/v1alpha1
      kind: ApiPolicy
      metadata: {name: orders, namespace: shop, generation: 1}
      spec:
        targetRefs: [{kind: Service, name: orders}]
        authentication: {methods: [{name: public, anonymous: {}}]}
      """;
  private static final String INSTALLATION =
      """
      apiVersion: portcullis.dev/v1alpha1
      kind: ApiPolicy
      metadata: {name: everywhere, namespace: portcullis-system, generation: 1}
      spec:
        namespaceSelector: {}
        authentication: {methods: [{name: public, anonymous: {}}]}
      """;

  private static final Endpoint ORDERS = pods("shop", "orders", new ServicePort("orders", "http"));
  private static final Endpoint CARTS = pods("shop", "carts", new ServicePort("carts", "http"));
  private static final RouteId ORDERS_ROUTE = RouteId.of("shop", "orders", null);
  private static final RouteId CARTS_ROUTE = RouteId.of("shop", "carts", null);

  private final Map<RouteId, String> versions = new HashMap<>();
  private final Map<RouteId, List<Report>> proxies = new HashMap<>();
  private final SortedMap<String, Observations> observed = new TreeMap<>();

  @Test
  void namesTheOneRouteOfATarget() {
    versions.put(ORDERS_ROUTE, "aa");
    proxies.put(ORDERS_ROUTE, List.of(ready("a"), lagging("b")));

    PolicyStatus status = status(SERVICE, compile(Set.of(ORDERS), SERVICE));

    assertThat(status.targets())
        .containsExactly(
            new PolicyStatus.Target(
                TargetRef.Kind.SERVICE,
                "orders",
                null,
                "shop/orders",
                1,
                "aa",
                new PolicyStatus.Proxies(1, 2)));
  }

  @Test
  void addsUpTheRoutesOfANamespace() {
    versions.putAll(Map.of(ORDERS_ROUTE, "aa", CARTS_ROUTE, "bb"));
    // A pod with two ports is one proxy, and ready when it is for both.
    proxies.put(ORDERS_ROUTE, List.of(ready("a"), ready("b")));
    proxies.put(CARTS_ROUTE, List.of(lagging("b"), ready("c")));
    CompileResult result = compile(Set.of(ORDERS, CARTS), NAMESPACE);

    PolicyStatus.Target target = status(NAMESPACE, result).targets().getFirst();
    versions.put(CARTS_ROUTE, "cc");
    PolicyStatus.Target edited = status(NAMESPACE, result).targets().getFirst();

    assertThat(target.kind()).isEqualTo(TargetRef.Kind.NAMESPACE);
    assertThat(target.route()).isNull();
    assertThat(target.routes()).isEqualTo(2);
    assertThat(target.proxies()).isEqualTo(new PolicyStatus.Proxies(2, 3));
    assertThat(target.planVersion()).matches("[0-9a-f]{64}").isNotEqualTo(edited.planVersion());
  }

  @Test
  void saysWhoReplacesWhatOfANamespacesPolicy() {
    CompileResult result = compile(Set.of(ORDERS, CARTS), NAMESPACE, SERVICE);

    assertThat(condition("Overridden", status(NAMESPACE, result)).message())
        .isEqualTo("ApiPolicy shop/orders replaces authentication on shop/orders");
  }

  @Test
  void saysLittleOfMuch() {
    Set<Endpoint> endpoints = new LinkedHashSet<>();
    String[] policies = new String[41];
    policies[0] = NAMESPACE;
    for (int i = 1; i <= 40; i++) {
      String service = "s" + i;
      endpoints.add(pods("shop", service, new ServicePort(service, null)));
      policies[i] = SERVICE.replace("orders", service);
    }

    Condition overridden = condition("Overridden", status(NAMESPACE, compile(endpoints, policies)));

    assertThat(overridden.message()).hasSizeLessThan(500).endsWith("; and 35 more");
  }

  @Test
  void aNamespaceIsGuardedWhereItsPodsAreAndAGatewayWouldAskInVain() {
    // The Service has a route that a gateway could ask about; its pods have the workload's.
    String workload =
        SERVICE.replace("name: orders", "name: worker").replace("Service", "Deployment");
    String both = SERVICE.replace("[{kind", "[{kind: Deployment, name: orders}, {kind");
    CompileResult result = compile(Set.of(ORDERS), both);
    RouteId pods = new RouteId("shop/orders@deployment.orders");
    proxies.put(pods, List.of(ready("a")));

    assertThat(result.routes()).containsKeys(pods, ORDERS_ROUTE);
    assertThat(condition("Programmed", status(both, result)).status())
        .isEqualTo(Condition.Status.TRUE);
    assertThat(condition("Programmed", status(workload, compile(Set.of(ORDERS), workload))))
        .extracting(Condition::status, Condition::reason)
        .containsExactly(Condition.Status.UNKNOWN, "NoProxies");
  }

  @Test
  void listsTheNamespacesThatAPolicySelects() {
    Set<Endpoint> endpoints = new LinkedHashSet<>();
    for (int i = 10; i < 40; i++) {
      endpoints.add(pods("n" + i, "orders"));
    }

    PolicyStatus status = status(INSTALLATION, compile(endpoints, INSTALLATION));

    assertThat(status.targets()).hasSize(16);
    assertThat(status.targets().getFirst())
        .isEqualTo(
            new PolicyStatus.Target(
                TargetRef.Kind.NAMESPACE,
                "n10",
                null,
                "n10/@deployment.orders",
                1,
                null,
                new PolicyStatus.Proxies(0, 0)));
  }

  @Test
  void tellsOfIssuersWhoseKeysCannotBeFetched() {
    String jwt =
        SERVICE.replace(
            "{name: public, anonymous: {}}",
            "{name: staff, jwt: {issuer: 'https://idp.example.com/', audiences: [orders]}},"
                + " {name: others, jwt: {issuer: 'https://other', audiences: [orders],"
                + " jwks: {uri: 'https://other/jwks'}}}");
    CompileResult result = compile(Set.of(ORDERS), jwt);
    assertThat(status(jwt, result).conditions()).noneMatch(c -> c.type().equals("JwksStale"));

    observed.put("ext-authz-1", seen("https://other/jwks", true, "timed out"));
    observed.put("ext-authz-2", seen("https://unrelated/jwks", false, "no route"));
    assertThat(condition("JwksStale", status(jwt, result)))
        .satisfies(stale -> {
          assertThat(stale.status()).isEqualTo(Condition.Status.TRUE);
          assertThat(stale.reason()).isEqualTo("IssuerUnreachable");
          assertThat(stale.message())
              .contains("https://other/jwks (ext-authz-1): timed out")
              .doesNotContain("unrelated");
        });

    observed.put(
        "ext-authz-2",
        seen(
            new JwksSpec.Discovered("https://idp.example.com/").uri(),
            false,
            "connection refused"));
    assertThat(condition("JwksStale", status(jwt, result)))
        .satisfies(stale -> {
          assertThat(stale.reason()).isEqualTo("NoKeys");
          assertThat(stale.message())
              .contains(
                  "https://idp.example.com/.well-known/openid-configuration (ext-authz-2):"
                      + " connection refused");
        });
  }

  private static Observations seen(String uri, boolean kept, String cause) {
    return new Observations(
        new TreeMap<>(Map.of(uri, new KeySetTrouble(kept, cause))), Collections.emptySortedMap());
  }

  private PolicyStatus status(String yaml, CompileResult result) {
    ApiPolicy policy = Serialization.unmarshal(yaml, ApiPolicy.class);
    PolicyRef ref =
        new PolicyRef(
            "ApiPolicy", policy.getMetadata().getNamespace(), policy.getMetadata().getName());
    Progress progress =
        new Progress(
            versions,
            _ -> List.of(ready("ext-authz-1")),
            proxies,
            Collections.emptySortedSet(),
            observed);
    return new PolicyStatusFactory(progress, Enforcement.UNKNOWN, Instant.EPOCH)
        .of(policy, Objects.requireNonNull(result.outcomes().get(ref)), null);
  }

  private static Condition condition(String type, PolicyStatus status) {
    return status.conditions().stream()
        .filter(condition -> condition.type().equals(type))
        .findFirst()
        .orElseThrow();
  }

  private static CompileResult compile(Set<Endpoint> endpoints, String... policies) {
    byte[] yaml = String.join("---\n", policies).getBytes(StandardCharsets.UTF_8);
    FileSet files =
        new FileSet(new TreeMap<>(Map.of("a.yaml", FileReader.read("a.yaml", yaml))), List.of());
    PolicySet set = files.policySet(new KnownServices.Listed(Map.of()), true);
    return PolicyCompiler.compile(set.with(set.targets().withEndpoints(endpoints)));
  }

  private static Endpoint pods(String namespace, String name, ServicePort... services) {
    return Endpoint.ofPods(
        namespace, new Workload(TargetRef.Kind.DEPLOYMENT, name), null, List.of(services));
  }

  private static Report ready(String node) {
    return new Report(node, new NodeState.Ready());
  }

  private static Report lagging(String node) {
    return new Report(node, new NodeState.Lagging());
  }
}

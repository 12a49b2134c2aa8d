// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.compiler.diagnostic.Diagnostic;
import dev.portcullis.compiler.diagnostic.DiagnosticCode;
import dev.portcullis.compiler.source.FileReader;
import dev.portcullis.compiler.source.FileSet;
import dev.portcullis.compiler.source.KeySource;
import dev.portcullis.compiler.source.LastAccepted;
import dev.portcullis.compiler.source.PolicySource;
import dev.portcullis.crds.v1alpha1.ApiKey;
import dev.portcullis.crds.v1alpha1.ApiKeySpec;
import dev.portcullis.crds.v1alpha1.ApiPolicy;
import dev.portcullis.crds.v1alpha1.ApiPolicySpec;
import dev.portcullis.crds.v1alpha1.Inheritance;
import dev.portcullis.crds.v1alpha1.Mode;
import dev.portcullis.crds.v1alpha1.TargetRef;
import dev.portcullis.crds.v1alpha1.apipolicy.AnonymousMethod;
import dev.portcullis.crds.v1alpha1.apipolicy.Authentication;
import dev.portcullis.crds.v1alpha1.apipolicy.Authorization;
import dev.portcullis.crds.v1alpha1.apipolicy.FailureMode;
import dev.portcullis.crds.v1alpha1.apipolicy.Method;
import dev.portcullis.crds.v1alpha1.apipolicy.Rule;
import dev.portcullis.policy.match.AddressListText;
import dev.portcullis.policy.plan.ClosedRoute;
import dev.portcullis.policy.plan.GuardedRoute;
import dev.portcullis.policy.plan.RouteId;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PolicyCompilerTest {
  private static final String SECRET =
      """
      apiVersion: portcullis.dev/v1alpha1
      kind: ApiPolicy
      metadata: {name: orders, namespace: shop}
      spec:
        targetRefs: [{kind: Service, name: orders}]
        authentication:
          methods:
          - name: employees
            jwt:
              issuer: https://idp.example.com/
              audiences: [orders]
              jwks: {secretRef: {name: keys, key: jwks.json}}
      """;

  private static final RouteId ORDERS = RouteId.of("shop", "orders", null);

  @Test
  void namesPlacesInTheClusterByJsonPath() {
    CompileResult result = compile(PolicySource.ofCluster(policy(1, "nonsense"), null));

    assertThat(result.diagnostics())
        .extracting(Diagnostic::toString)
        .containsExactly(
            "ApiPolicy shop/orders $.spec.authorization.rules[0].when: error[PC3001]: unknown"
                + " variable: nonsense (character 1)");
    assertThat(result.routes().get(ORDERS)).isInstanceOf(ClosedRoute.class);
  }

  @Test
  void servesTheLastAcceptedSpecOfTheCluster() {
    LastAccepted accepted = new LastAccepted(policy(1, "true").getSpec(), "orders-1");

    CompileResult result = compile(PolicySource.ofCluster(policy(2, "nonsense"), accepted));

    assertThat(result.routes().get(ORDERS)).isInstanceOf(GuardedRoute.class);
    assertThat(result.served().values()).containsExactly(accepted);
    assertThat(result.outcomes().firstEntry().getValue().serving())
        .isEqualTo(PolicyOutcome.Serving.LAST_ACCEPTED);
  }

  @Test
  void closesTheRoutesOfALastAcceptedSpecThatNoLongerCompiles() {
    LastAccepted accepted = new LastAccepted(policy(1, "also nonsense").getSpec(), "orders-1");

    CompileResult result = compile(PolicySource.ofCluster(policy(2, "nonsense"), accepted));

    assertThat(result.routes().get(ORDERS)).isInstanceOf(ClosedRoute.class);
  }

  @Test
  void checksAnUnchangedRevisionOnce() {
    CompileResult first = compile(PolicySource.ofCluster(policy(1, "true"), null));

    // The same revision with another spec: only a cache would take it for the same.
    CompileResult second =
        PolicyCompiler.compile(
            set(List.of(PolicySource.ofCluster(policy(1, "nonsense"), null))), first.cache());
    CompileResult third =
        PolicyCompiler.compile(
            set(List.of(PolicySource.ofCluster(policy(2, "nonsense"), null))), second.cache());

    assertThat(second.routes().get(ORDERS)).isSameAs(first.routes().get(ORDERS));
    assertThat(third.routes().get(ORDERS)).isInstanceOf(ClosedRoute.class);
  }

  @Test
  void takesASpecThatIsNotThereForABrokenOne() {
    ApiPolicy policy = policy(1, "true");
    policy.setSpec(null);

    assertThat(compile(PolicySource.ofCluster(policy, null)).diagnostics())
        .extracting(Diagnostic::message)
        .containsExactly("spec is required");
  }

  @Test
  void acceptsKeysOfTheCluster() {
    ApiKey key = new ApiKey();
    key.setMetadata(
        new ObjectMetaBuilder()
            .withNamespace("shop")
            .withName("acme")
            .addToLabels("a", "b")
            .build());
    key.setSpec(new ApiKeySpec("7Q2M", "0".repeat(64), "acme", null, List.of(), null, null, false));

    CompileResult result =
        PolicyCompiler.compile(
            new PolicySet(
                List.of(),
                List.of(KeySource.ofCluster(key)),
                new KnownServices.Unknown(),
                KnownSecrets.unknown()));

    assertThat(result.apiKeys()).containsOnlyKeys("shop/7Q2M");
    assertThat(result.diagnostics()).isEmpty();
  }

  @Test
  void onlyWarnsOfASecretThatMayExistElsewhere() {
    CompileResult offline =
        PolicyCompiler.compile(files(SECRET).policySet(new KnownServices.Unknown(), false));

    assertThat(offline.hasError()).isFalse();
    assertThat(offline.diagnostics()).hasSize(1);
    assertThat(offline.routes().get(ORDERS)).isInstanceOf(ClosedRoute.class);
  }

  @Test
  void saysThatASecretIsForbidden() {
    PolicySet known = files(SECRET).policySet(new KnownServices.Unknown(), true);
    KnownSecrets secrets =
        new KnownSecrets(Map.of(), Set.of(new KnownSecrets.Name("shop", "keys")), true);

    CompileResult result =
        PolicyCompiler.compile(
            new PolicySet(
                known.policies(), known.apiKeys(), known.targets(), secrets, known.configMaps()));

    assertThat(result.diagnostics())
        .extracting(Diagnostic::message)
        .containsExactly("to read the Secret shop/keys is forbidden");
    assertThat(result.routes().get(ORDERS)).isInstanceOf(ClosedRoute.class);
  }

  private static final String LISTS =
      """
      apiVersion: portcullis.dev/v1alpha1
      kind: ApiPolicy
      metadata: {name: orders, namespace: shop}
      spec:
        targetRefs: [{kind: Service, name: orders}]
        ipAccess: {denyLists: [{configMapRef: {name: bad}}]}
      """;

  @Test
  void saysThatAConfigMapIsForbidden() {
    KnownConfigMaps forbidden =
        new KnownConfigMaps(Map.of(), Set.of(new KnownConfigMaps.Name("shop", "bad")), true);

    CompileResult result = compileWith(LISTS, forbidden);

    assertThat(result.diagnostics())
        .extracting(Diagnostic::code)
        .contains(DiagnosticCode.CONFIG_MAP_FORBIDDEN);
    assertThat(result.routes().get(ORDERS)).isInstanceOf(ClosedRoute.class);
  }

  @Test
  void waitsForAConfigMapThatItDoesNotKnowYet() {
    CompileResult result = compileWith(LISTS, KnownConfigMaps.unknown());

    assertThat(result.hasError()).isFalse();
    assertThat(result.routes().get(ORDERS)).isInstanceOf(ClosedRoute.class);
  }

  @Test
  void readsAListOnceForAllWhoNameIt() {
    String text = "10.0.0.0/8\n192.0.2.0/24\n";
    CompileResult result =
        compileWith(LISTS + "---\n" + LISTS.replace("orders", "carts"), bad(text));

    assertThat(result.lists()).hasSize(1);
    CompileResult again =
        PolicyCompiler.compile(
            with(files(LISTS).policySet(new KnownServices.Unknown(), true), bad(text)),
            result.cache());
    assertThat(again.lists().values()).first().isSameAs(result.lists().values().iterator().next());
    assertThat(again.routes().get(ORDERS)).isSameAs(result.routes().get(ORDERS));
    CompileResult commented =
        PolicyCompiler.compile(
            with(files(LISTS).policySet(new KnownServices.Unknown(), true), bad("# new\n" + text)),
            again.cache());
    assertThat(commented.routes().get(ORDERS))
        .as("what is no range changes nothing")
        .isSameAs(again.routes().get(ORDERS));
  }

  @Test
  void boundsAList() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i <= AddressListText.MAX_RANGES; i++) {
      text.append(1 + (i >> 16)).append('.').append(i >> 8 & 255).append('.').append(i & 255);
      text.append(".9\n");
    }
    CompileResult result = compileWith(LISTS, bad(text.toString()));
    assertThat(result.diagnostics())
        .extracting(Diagnostic::message)
        .anyMatch(message -> message.contains("it has 500001 lines, more than 500000"));
    assertThat(result.routes().get(ORDERS)).isInstanceOf(ClosedRoute.class);
  }

  private static KnownConfigMaps bad(String text) {
    return new KnownConfigMaps(
        Map.of(
            new KnownConfigMaps.Name("shop", "bad"),
            new KnownConfigMaps.Content(new TreeMap<>(Map.of("list", text)))),
        Set.of(),
        true);
  }

  private static CompileResult compileWith(String policies, KnownConfigMaps configMaps) {
    return PolicyCompiler.compile(
        with(files(policies).policySet(new KnownServices.Unknown(), true), configMaps));
  }

  private static PolicySet with(PolicySet set, KnownConfigMaps configMaps) {
    return new PolicySet(set.policies(), set.apiKeys(), set.targets(), set.secrets(), configMaps);
  }

  private static FileSet files(String text) {
    return new FileSet(
        new TreeMap<>(
            Map.of("a.yaml", FileReader.read("a.yaml", text.getBytes(StandardCharsets.UTF_8)))),
        List.of());
  }

  private static CompileResult compile(PolicySource source) {
    return PolicyCompiler.compile(set(List.of(source)));
  }

  private static PolicySet set(List<PolicySource> policies) {
    return new PolicySet(policies, List.of(), new KnownServices.Unknown(), KnownSecrets.unknown());
  }

  private static ApiPolicy policy(long generation, @Nullable String when) {
    ApiPolicy policy = new ApiPolicy();
    policy.setMetadata(
        new ObjectMetaBuilder()
            .withNamespace("shop")
            .withName("orders")
            .withUid("u")
            .withGeneration(generation)
            .build());
    Rule rule = new Rule("a", Rule.Effect.ALLOW, List.of(), List.of(), when, null, null);
    policy.setSpec(
        new ApiPolicySpec(
            List.of(TargetRef.service("orders")),
            null,
            Inheritance.DEFAULT,
            Mode.ENFORCE,
            FailureMode.DENY,
            null,
            null,
            null,
            null,
            null,
            new Authentication(
                List.of(new Method("public", null, null, null, null, new AnonymousMethod()))),
            new Authorization(List.of(rule)),
            null,
            null));
    return policy;
  }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.crds;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.portcullis.parts.ApiServer;
import dev.portcullis.parts.Home;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/** A real API server accepts and refuses what our CRDs say, with the messages they give. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // the API server starts before the tests, not before the class
class CrdValidationIT {
  private ApiServer kubernetes;
  private KubernetesClient client;

  @BeforeAll
  void start() {
    kubernetes = ApiServer.start();
    kubernetes.applyCrds();
    client =
        new KubernetesClientBuilder()
            .withConfig(Config.fromKubeconfig(kubernetes.kubeconfig()))
            .build();
  }

  @AfterAll
  void stop() {
    client.close();
    kubernetes.close();
  }

  @TestFactory
  Stream<DynamicTest> cases() {
    return ValidationCase.all().stream()
        .map(one -> DynamicTest.dynamicTest(one.name(), () -> check(one)));
  }

  private void check(ValidationCase one) {
    String refusal = new DryRun(client).refusal(one.document());
    if (one.refusal() == null) {
      assertThat(refusal).isNull();
    } else {
      assertThat(refusal).contains(one.refusal());
    }
  }

  @TestFactory
  Stream<DynamicTest> bounds() {
    return CrdGeneration.KINDS.stream()
        .flatMap(kind -> {
          JsonNode everything = ValidationCase.everything(kind.getSimpleName()).document();
          return BoundViolations.of(CommittedCrd.of(kind).spec(), everything).stream();
        })
        .map(violation ->
            DynamicTest.dynamicTest(
                violation.document().path("kind").asText() + " " + violation,
                () ->
                    assertThat(new DryRun(client).refusal(violation.document()))
                        .satisfies(refusal ->
                            assertThat(violation.explains(String.valueOf(refusal)))
                                .as("%s: %s", violation, refusal)
                                .isTrue())));
  }

  @TestFactory
  Stream<DynamicTest> largestDocuments() {
    return CrdGeneration.KINDS.stream()
        .map(kind ->
            DynamicTest.dynamicTest(
                kind.getSimpleName(),
                () -> {
                  JsonNode everything = ValidationCase.everything(kind.getSimpleName()).document();
                  JsonNode largest = LargestDocument.of(CommittedCrd.of(kind).spec(), everything);
                  assertThat(new DryRun(client).refusal(largest)).isNull();
                }));
  }

  @Test
  void examplesAreAccepted() {
    String policies = Home.directory().resolve("examples/quickstart/policies").toString();
    kubernetes.kubectl("apply", "-f", policies).orThrow();
    assertThat(kubernetes.kubectl("get", "portcullis", "-A").orThrow())
        .contains("TARGET", "MODE", "ACCEPTED", "PROGRAMMED", "ENFORCED", "AGE")
        .contains("apipolicy.portcullis.dev/orders", "botpolicy.portcullis.dev/catalog");
  }

  @Test
  void kubectlExplainsEveryKind() {
    for (var kind : CrdGeneration.KINDS) {
      CommittedCrd crd = CommittedCrd.of(kind);
      assertThat(kubernetes.kubectl("explain", crd.plural() + ".spec").orThrow())
          .contains(crd.spec().getDescription());
    }
  }
}

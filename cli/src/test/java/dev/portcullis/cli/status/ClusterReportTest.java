// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.crds.v1alpha1.Condition;
import dev.portcullis.crds.v1alpha1.Mode;
import dev.portcullis.crds.v1alpha1.PolicyStatus;
import dev.portcullis.crds.v1alpha1.TargetRef;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ClusterReportTest {

  @Test
  void aPolicyIsInForceWhenAllThatItNeedsIsSo() {
    assertThat(policy("orders", 3, 3, "Enforced", Condition.Status.TRUE).inForce()).isTrue();
    assertThat(policy("orders", 3, 3, "Enforced", Condition.Status.UNKNOWN).inForce()).isTrue();
    assertThat(policy("orders", 3, 3, "Enforced", Condition.Status.FALSE).complaints())
        .containsExactly("Enforced=False Why: because");
  }

  @Test
  void whatIsUnknownOfProgrammedIsNotInForce() {
    assertThat(policy("orders", 3, 3, "Programmed", Condition.Status.UNKNOWN).complaints())
        .containsExactly("Programmed=Unknown Why: because");
    for (String type : List.of("Accepted", "ResolvedRefs", "Programmed")) {
      assertThat(policy("orders", 3, 3, type, Condition.Status.FALSE).inForce()).isFalse();
    }
  }

  @Test
  void whatWasSaidOfAnOlderSpecProvesNothing() {
    assertThat(policy("orders", 3, 2, "Enforced", Condition.Status.TRUE).complaints())
        .containsExactly("the operator has not seen generation 3 yet, only 2");
    assertThat(policy("orders", 3, 0, "Enforced", Condition.Status.TRUE).complaints())
        .containsExactly("the operator has said nothing of it yet");
    assertThat(policy("orders", 3, 2, "Enforced", Condition.Status.TRUE).word("Accepted"))
        .isEqualTo("-");
  }

  @Test
  void aConditionThatIsAbsentIsNotSo() {
    PolicyState silent =
        new PolicyState("ApiPolicy", "shop", "orders", Mode.ENFORCE, 1, 1, List.of(), List.of());
    assertThat(silent.complaints()).hasSize(3).first().asString().startsWith("Accepted: ");
  }

  @Test
  void showsEachTargetAndWhatIsMissing() {
    ClusterReport report =
        new ClusterReport(
            List.of(
                policy("stock", 1, 1, "Programmed", Condition.Status.FALSE),
                policy("orders", 3, 3, "Enforced", Condition.Status.TRUE)),
            List.of(),
            "");
    assertThat(report.allInForce()).isFalse();
    assertThat(report.lines(false))
        .containsExactly(
            "  POLICY                 TARGET       MODE     ACCEPTED  PROGRAMMED  ENFORCED "
                + " PROXIES",
            "  " + "─".repeat(84),
            "✓ ApiPolicy shop/orders  orders:http  Enforce  True      True        True      2/2",
            "✗ ApiPolicy shop/stock   stock:http   Enforce  True      False       True      2/2",
            "",
            "2 policies, 1 not in force:",
            "  ApiPolicy shop/stock: Programmed=False Why: because");
  }

  @Test
  void messagesStayOnOneLineAndWithinBounds() {
    Condition long_ =
        new Condition(
            "Accepted",
            Condition.Status.FALSE,
            "Invalid",
            "a\n\033[2J" + "b".repeat(1000),
            "2026-11-22T00:00:00Z",
            1L);
    PolicyState policy =
        new PolicyState(
            "ApiPolicy", "shop", "orders", Mode.SHADOW, 1, 1, List.of(long_), List.of());
    List<String> lines = new ClusterReport(List.of(policy), List.of(), "").lines(false);
    assertThat(lines).allMatch(line -> line.length() < 500 && !line.contains("\033"));
    assertThat(lines).anyMatch(line -> line.contains("Shadow"));
    assertThat(lines).anyMatch(line -> line.contains("Accepted=False Invalid: a  [2Jbbb"));
  }

  @Test
  void saysThatThereAreNone() {
    ClusterReport none = new ClusterReport(List.of(), List.of(), "");
    assertThat(none.allInForce()).isTrue();
    assertThat(none.lines(false)).containsExactly("There are no policies.");
  }

  @Test
  void namesWhatHasNoSidecar() {
    Pod guarded = pod("a", "orders-7d4f", "10.0.0.1");
    guarded.getMetadata().getLabels().put("portcullis.dev/sidecar", "redirect");
    Pod done = pod("b", "orders-7d4f", "10.0.0.2");
    done.getStatus().setPhase("Succeeded");
    Pod single = pod("single", "other", "10.0.0.3");
    single.getMetadata().setOwnerReferences(List.of());
    List<Pod> pods =
        List.of(
            guarded,
            done,
            single,
            pod("c", "orders-7d4f", null),
            pod("d", "orders-7d4f", "10.0.0.4"),
            pod("e", "orders-7d4f", "10.0.0.5"));
    ClusterReport report =
        new ClusterReport(List.of(), UnprotectedWorkload.among("shop", pods), "");
    assertThat(report.lines(false))
        .endsWith(
            "Requests reach these without a sidecar; restart them so that they get one:",
            "  shop: Deployment orders (2 pods)",
            "  shop: Pod single (1 pod)");
    assertThat(new ClusterReport(List.of(), List.of(), "is forbidden").lines(false))
        .endsWith("Whether pods are without a sidecar is not known: is forbidden");
  }

  private static Pod pod(String name, String owner, @Nullable String address) {
    return new PodBuilder()
        .withNewMetadata()
        .withName(name)
        .withNamespace("shop")
        .addToLabels("pod-template-hash", "7d4f")
        .addNewOwnerReference()
        .withController(true)
        .withKind("ReplicaSet")
        .withName(owner)
        .endOwnerReference()
        .endMetadata()
        .withNewStatus()
        .withPhase("Running")
        .withPodIP(address)
        .endStatus()
        .build();
  }

  @Test
  void writesJson() {
    assertThat(
            new ClusterReport(
                    List.of(policy("orders", 3, 3, "Enforced", Condition.Status.TRUE)),
                    List.of(new UnprotectedWorkload("shop", "Deployment carts", 2)),
                    "")
                .json()
                .toString())
        .startsWith(
            "{\"inForce\":true,\"policies\":[{\"kind\":\"ApiPolicy\",\"namespace\":\"shop\","
                + "\"name\":\"orders\",\"inForce\":true,\"generation\":3,\"observedGeneration\":3,"
                + "\"conditions\":[{\"type\":\"Accepted\",\"status\":\"True\",\"reason\":\"Why\","
                + "\"message\":\"because\"}")
        .endsWith(
            "\"targets\":[{\"name\":\"orders\",\"sectionName\":\"http\",\"planVersion\":\"ab\","
                + "\"proxies\":{\"ready\":2,\"total\":2}}]}],\"unprotected\":[{"
                + "\"namespace\":\"shop\",\"owner\":\"Deployment carts\",\"pods\":2}]}");
  }

  /** Everything is so but one condition, which is as a test wants it. */
  private static PolicyState policy(
      String name, long generation, long observed, String type, Condition.Status status) {
    List<Condition> conditions = new ArrayList<>();
    for (String each : List.of("Accepted", "ResolvedRefs", "Programmed", "Enforced")) {
      conditions.add(
          new Condition(
              each,
              each.equals(type) ? status : Condition.Status.TRUE,
              "Why",
              "because",
              "2026-11-22T00:00:00Z",
              observed));
    }
    return new PolicyState(
        "ApiPolicy",
        "shop",
        name,
        Mode.ENFORCE,
        generation,
        observed,
        conditions,
        List.of(
            new PolicyStatus.Target(
                TargetRef.Kind.SERVICE,
                name,
                "http",
                "shop/" + name + "/http",
                1,
                "ab",
                new PolicyStatus.Proxies(2, 2))));
  }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Policies add up: ours must not open what another one has closed. */
final class ClosedPortsTest {
  private static final Map<String, String> ORDERS =
      Map.of("app", "orders", "portcullis.dev/moved", "8080");
  private static final Map<String, String> CARTS =
      Map.of("app", "carts", "portcullis.dev/moved", "8080");
  private static final ClosedPorts CLOSED =
      new ClosedPorts(
          "shop",
          "8080",
          new TreeSet<>(Set.of(8080)),
          new TreeSet<>(Set.of(20000, 20002)),
          Set.of(ORDERS, CARTS));

  @Test
  void allowsWhereAnotherPolicyIsolatesNoMoreThanTheSidecarIsFor() {
    assertThat(CLOSED.policy(List.of(other("podSelector: {}"))))
        .isEqualTo(
            Serialization.unmarshal(
                """
                apiVersion: networking.k8s.io/v1
                kind: NetworkPolicy
                metadata:
                  name: portcullis-closes-8080
                  namespace: shop
                  labels: {app.kubernetes.io/part-of: portcullis, portcullis.dev/moved: "8080"}
                spec:
                  podSelector: {matchLabels: {portcullis.dev/moved: "8080"}}
                  policyTypes: [Ingress]
                  ingress:
                  - ports:
                    - {protocol: TCP, port: 15021}
                    - {protocol: TCP, port: 20000}
                    - {protocol: TCP, port: 20002}
                """,
                NetworkPolicy.class));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "policyTypes: [Ingress, Egress]",
        "podSelector: {matchLabels: {app: orders}}",
        "podSelector: {matchExpressions: [{key: app, operator: In, values: [orders, x]}]}",
        "podSelector: {matchExpressions: [{key: app, operator: NotIn, values: [carts]}]}",
        "podSelector: {matchExpressions: [{key: app, operator: Exists}]}",
        "podSelector: {matchExpressions: [{key: tier, operator: NotIn, values: [front]}]}",
        "podSelector: {matchExpressions: [{key: tier, operator: DoesNotExist}]}",
        "podSelector: {matchExpressions: [{key: app, operator: StartsWith, values: [x]}]}",
        "podSelector: {matchExpressions: [{key: app, values: [x]}]}",
        "{}",
      })
  void isIsolatedByWhatSelectsOneOfThePods(String spec) {
    assertThat(isTight(other(spec))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "policyTypes: [Egress]",
        "podSelector: {matchLabels: {app: payments}}",
        "podSelector: {matchLabels: {app: orders, tier: front}}",
        "podSelector: {matchExpressions: [{key: app, operator: In, values: [payments]}]}",
        "podSelector: {matchExpressions: [{key: tier, operator: In, values: [front]}]}",
        "podSelector: {matchExpressions: [{key: app, operator: NotIn, values: [orders, carts]}]}",
        "podSelector: {matchExpressions: [{key: tier, operator: Exists}]}",
        "podSelector: {matchExpressions: [{key: app, operator: DoesNotExist}]}",
        """
        podSelector:
          matchLabels: {app: orders}
          matchExpressions:
          - {key: app, operator: Exists}
          - {key: tier, operator: Exists}
        """,
      })
  void isNotIsolatedByWhatSelectsNoneOrIsForEgress(String spec) {
    assertThat(isTight(other(spec))).isFalse();
  }

  @Test
  void aPolicyWithoutSpecificationIsolatesEverything() {
    NetworkPolicy bare = other("{}");
    bare.setSpec(null);
    assertThat(isTight(bare)).isTrue();
  }

  /** Ours isolate, too. Neither this one, as it is, nor one for other ports counts as another's. */
  @Test
  void doesNotTakeOursForAnothers() {
    ClosedPorts next =
        new ClosedPorts("shop", "9090", CLOSED.ports(), CLOSED.gates(), CLOSED.pods());
    NetworkPolicy open = CLOSED.policy(List.of());
    NetworkPolicy tight = CLOSED.policy(List.of(other("{}")));
    assertThat(isTight(open, next.policy(List.of()))).isFalse();
    assertThat(isTight(tight)).isFalse();
    assertThat(isTight(tight, other("podSelector: {}"))).isTrue();
  }

  private static boolean isTight(NetworkPolicy... present) {
    return CLOSED
        .policy(Arrays.asList(present))
        .getSpec()
        .getIngress()
        .getFirst()
        .getPorts()
        .stream()
        .allMatch(port -> port.getEndPort() == null);
  }

  private static NetworkPolicy other(String spec) {
    return Serialization.unmarshal(
        """
        apiVersion: networking.k8s.io/v1
        kind: NetworkPolicy
        metadata: {name: default-deny, namespace: shop}
        spec:
        %s
        """
            .formatted(spec.indent(2)),
        NetworkPolicy.class);
  }
}

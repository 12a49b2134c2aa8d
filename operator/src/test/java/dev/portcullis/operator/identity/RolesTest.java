// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Set;
import org.junit.jupiter.api.Test;

class RolesTest {

  @Test
  void bindsOperatorsByNameAndNeverTwice() {
    String name = "system:serviceaccount:portcullis-system:operator";
    Roles roles = new Roles(Set.of("a"), Set.of("b"), Set.of(name));
    assertThat(roles.of(new Identity(name))).contains(Role.OPERATOR);
    assertThat(roles.of(new Identity(name, new BoundPod("operator-1", "uid", ""))))
        .contains(Role.OPERATOR);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Roles(Set.of("a"), Set.of(), Set.of("a")));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Roles(Set.of(), Set.of("b"), Set.of("b")));
  }

  @Test
  void bindsIdentitiesExactly() {
    Roles roles = new Roles(Set.of("a"), Set.of("b"));
    assertThat(roles.of(new Identity("a"))).contains(Role.DECISION_SERVICE);
    assertThat(roles.of(new Identity("b"))).contains(Role.GATEWAY);
    assertThat(roles.of(new Identity("A"))).isEmpty();
    assertThat(roles.of(new Identity(""))).isEmpty();
  }

  @Test
  void isASidecarOnlyForThePodThatItsTokenIsBoundTo() {
    Roles roles = new Roles(Set.of("system:serviceaccount:x:a"), Set.of());
    BoundPod pod = new BoundPod("orders-1", "uid", "");
    String account = "system:serviceaccount:shop:orders";
    assertThat(roles.of(new Identity(account, pod))).contains(Role.SIDECAR);
    assertThat(roles.of(new Identity(account))).isEmpty();
    assertThat(roles.of(new Identity("system:node:n1", pod))).isEmpty();
    assertThat(roles.of(new Identity("system:serviceaccount:x:a", pod)))
        .contains(Role.DECISION_SERVICE);
  }

  @Test
  void refusesAnIdentityWithTwoRoles() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Roles(Set.of("a"), Set.of("a")))
        .withMessageContaining("a is named both");
  }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.policy.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RouteIdTest {
  private static final String LONG = "a".repeat(63);

  @Test
  void saysWhatItStandsFor() {
    assertThat(RouteId.of("shop", "orders", null)).hasToString("shop/orders");
    assertThat(RouteId.of("shop", "orders", "http")).hasToString("shop/orders/http");
    assertThat(RouteId.of("shop", services("orders", "carts/http"), null))
        .hasToString("shop/carts/http+orders");
    assertThat(RouteId.of("shop", services("orders"), "deployment.orders/web"))
        .hasToString("shop/orders@deployment.orders/web");
    assertThat(RouteId.of("shop", services(), "daemonset.agent.v1"))
        .hasToString("shop/@daemonset.agent.v1");
    assertThat(RouteId.of("shop", services(), null)).hasToString("shop/@pods");
  }

  @Test
  void isTheSameForOneServiceHoweverItIsMade() {
    assertThat(RouteId.of("shop", services("orders"), null))
        .isEqualTo(RouteId.of("shop", "orders", null));
    assertThat(RouteId.of("shop", services("orders/http"), null))
        .isEqualTo(RouteId.of("shop", "orders", "http"));
  }

  @Test
  void staysWithinItsBoundAndDiffersWhereItsEndDoes() {
    SortedSet<String> many = services(LONG, "b".repeat(63), "c".repeat(63), "d".repeat(63));
    RouteId one = RouteId.of(LONG, many, "deployment.one");
    RouteId other = RouteId.of(LONG, many, "deployment.other");

    assertThat(one.value()).hasSize(RouteId.MAX_LENGTH).matches(".*~[0-9a-f]{16}");
    assertThat(other.value()).hasSize(RouteId.MAX_LENGTH);
    assertThat(one).isNotEqualTo(other).isEqualTo(RouteId.of(LONG, many, "deployment.one"));
    assertThat(one.namespace()).isEqualTo(LONG);
  }

  @Test
  void isWholeAsLongAsItFits() {
    RouteId longest = RouteId.of(LONG, services(LONG + "/" + "c".repeat(63)), null);
    assertThat(longest.value()).doesNotContain("~");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "shop", "shop/", "/orders", "Shop/orders", "shop/orders?", "shop/or ders"})
  void refusesWhatIsNoId(String text) {
    assertThatThrownBy(() -> new RouteId(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(text);
  }

  @Test
  void refusesWhatIsTooLong() {
    assertThatThrownBy(() -> new RouteId("shop/" + "a".repeat(RouteId.MAX_LENGTH)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static SortedSet<String> services(String... names) {
    return Collections.unmodifiableSortedSet(new TreeSet<>(List.of(names)));
  }
}

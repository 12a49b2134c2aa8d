// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.policy.match;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PrincipalTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "spiffe://cluster.local/ns/shop/sa/orders",
        "spiffe://a/b",
        "spiffe://trust_domain-1.example.com/Case.Is_Kept-Here",
        "spiffe://a/.../..a/a..",
      })
  void readsIdentities(String text) {
    assertThat(Objects.requireNonNull(Principal.read(text)).value()).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "spiffe://",
        "spiffe:///",
        "spiffe:///ns/shop/sa/orders",
        "spiffe://cluster.local",
        "spiffe://cluster.local/",
        "spiffe://cluster.local/ns/",
        "spiffe://cluster.local//ns",
        "spiffe://cluster.local/ns//sa",
        "spiffe://cluster.local/ns/./sa",
        "spiffe://cluster.local/ns/shop/sa/a/../b",
        "spiffe://cluster.local/..",
        "spiffe://cluster.local/ns/shop/sa/%61",
        "spiffe://cluster.local/ns/shop/sa/a?b",
        "spiffe://cluster.local/ns/shop/sa/a#b",
        "spiffe://cluster.local/ns/shop/sa/a b",
        "spiffe://cluster.local/ns/shop/sa/a\\b",
        "spiffe://cluster.local/ns/shop/sa/a;b",
        "spiffe://cluster.local/ns/shop/sa/*",
        "spiffe://cluster.local/ns/shop/sa/a\0",
        "spiffe://cluster.local\0/ns/shop/sa/a",
        "spiffe://cluster.local/ns/shop/sa/ä",
        "spiffe://cluster.local/ns/shop/sa/\uFFFD",
        "spiffe://Cluster.local/ns/shop/sa/a",
        "spiffe://cluster.local:443/ns/shop/sa/a",
        "spiffe://me@cluster.local/ns/shop/sa/a",
        "spiffe://[::1]/ns/shop/sa/a",
        "SPIFFE://cluster.local/ns/shop/sa/a",
        "Spiffe://cluster.local/ns/shop/sa/a",
        " spiffe://cluster.local/ns/shop/sa/a",
        "spiffe:/cluster.local/ns/shop/sa/a",
        "spiffe:cluster.local/ns/shop/sa/a",
        "https://cluster.local/ns/shop/sa/a",
        "orders.shop.svc",
        "CN=orders,O=shop",
        "CN=spiffe://cluster.local/ns/shop/sa/a",
      })
  void readsNothingElse(String text) {
    assertThat(Principal.read(text)).isNull();
    assertThatThrownBy(() -> new Principal(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("not a SPIFFE ID of a workload");
  }

  @Test
  void knowsItsTrustDomain() {
    assertThat(new Principal("spiffe://cluster.local/ns/shop").trustDomain())
        .isEqualTo("cluster.local");
  }

  @Test
  void boundsItsLength() {
    String longest = "spiffe://a/" + "b".repeat(2048 - 11);
    assertThat(Principal.read(longest)).isNotNull();
    assertThat(Principal.read(longest + "b")).isNull();
  }

  @Test
  void boundsItsTrustDomain() {
    assertThat(Principal.read("spiffe://" + "a".repeat(255) + "/b")).isNotNull();
    assertThat(Principal.read("spiffe://" + "a".repeat(256) + "/b")).isNull();
  }
}

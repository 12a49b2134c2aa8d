// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.policy.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SpiffeIdTest {

  @Test
  void readsWhatItWrites() {
    SpiffeId id = new SpiffeId("cluster.local", "shop", "orders.v2");
    assertThat(id).hasToString("spiffe://cluster.local/ns/shop/sa/orders.v2");
    assertThat(SpiffeId.parse(id.toString())).contains(id);
    assertThat(id.toString()).startsWith(SpiffeId.prefixOf("cluster.local"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "spiffe://cluster.local",
        "spiffe://cluster.local/ns/shop/sa/",
        "spiffe://cluster.local/ns/shop/sa/orders/",
        "spiffe://cluster.local/ns/shop/sa/orders/more",
        "spiffe://cluster.local/ns/sh%2fop/sa/orders",
        "spiffe://cluster.local/ns/shop/sa/../orders",
        "spiffe://cluster.local/ns/shop/sa/orders\n",
        "spiffe://cluster.local/ns/shop/sa/orders\u0000.evil",
        "spiffe://Cluster.local/ns/shop/sa/orders",
        "spiffe://cluster.local:8443/ns/shop/sa/orders",
        "spiffe://user@cluster.local/ns/shop/sa/orders",
        "SPIFFE://cluster.local/ns/shop/sa/orders",
        "https://cluster.local/ns/shop/sa/orders",
        "spiffe://cluster.local/ns/-shop/sa/orders"
      })
  void takesNothingElse(String text) {
    assertThat(SpiffeId.parse(text)).isEmpty();
  }

  @Test
  void cannotBeMadeOfPartsThatWouldReadAsOthers() {
    assertThatThrownBy(() -> new SpiffeId("cluster.local", "shop/sa/admin", "x"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("shop/sa/admin");
    assertThatThrownBy(() -> SpiffeId.prefixOf("a/b")).isInstanceOf(IllegalArgumentException.class);
  }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portcullis.compiler.ServiceName;
import dev.portcullis.envoy.HostPort;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GuardedServiceTest {

  @Test
  void readsServiceAndAddress() {
    assertThat(GuardedService.parse("shop/orders=127.0.0.1:9000"))
        .isEqualTo(
            new GuardedService(
                new ServiceName("shop", "orders"), null, new HostPort("127.0.0.1", 9000)));
  }

  @Test
  void readsThePortsName() {
    assertThat(GuardedService.parse("shop/orders:http=[::1]:9000"))
        .isEqualTo(
            new GuardedService(
                new ServiceName("shop", "orders"), "http", new HostPort("::1", 9000)));
  }

  @Test
  void takesANameForTheUpstream() {
    assertThat(GuardedService.parse("shop/orders=localhost:9000").address().host())
        .isEqualTo("localhost");
  }

  @ParameterizedTest
  @CsvSource({
    "'', is not NAMESPACE/NAME=HOST:PORT",
    "shop/orders, is not NAMESPACE/NAME=HOST:PORT",
    "orders=127.0.0.1:9000, is not NAMESPACE/NAME=HOST:PORT",
    "shop/orders:=127.0.0.1:9000, is not NAMESPACE/NAME=HOST:PORT",
    "shop/orders=127.0.0.1, not HOST:PORT",
    "shop/orders=127.0.0.1:0, not a port",
    "shop/orders=127.0.0.1:99999, not a port",
    "shop/orders=1.2.3:80, not an IP address",
    "shop/orders=::1:80, write IPv6 as",
    "shop/Orders=127.0.0.1:9000, not a DNS label in service: Orders",
    "-/orders=127.0.0.1:9000, not a DNS label in namespace: -",
    "shop/orders:Http=127.0.0.1:9000, not a DNS label in section: Http"
  })
  void saysWhatIsWrongAndWhatIsWanted(String text, String why) {
    assertThatThrownBy(() -> GuardedService.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("\"" + text + "\"")
        .hasMessageContaining(why)
        .hasMessageEndingWith("such as shop/orders=127.0.0.1:9000");
  }
}

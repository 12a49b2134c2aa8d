// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.peers;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.portcullis.envoy.HostPort;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;

class ServedAtTest {
  private static final InetSocketAddress PEER = at("127.0.0.1");

  @Test
  void saysTheAddressThatLeadsToThePeerWhereItListensOnAll() throws Exception {
    assertThat(ServedAt.read(ServedAt.write(new HostPort("0.0.0.0", 18000), PEER)))
        .contains(at("127.0.0.1"));
    assertThat(ServedAt.read(ServedAt.write(new HostPort("127.0.0.9", 18000), PEER)))
        .contains(at("127.0.0.9"));
  }

  @Test
  void takesAddressesOnlyAndNoNames() {
    assertThat(ServedAt.read(Struct.getDefaultInstance())).isEmpty();
    assertThat(ServedAt.read(at("example.org", 1))).isEmpty();
    assertThat(ServedAt.read(at("", 1))).isEmpty();
    assertThat(ServedAt.read(at("192.0.2.1", 0))).isEmpty();
    assertThat(ServedAt.read(at("192.0.2.1", 65_536))).isEmpty();
    assertThat(ServedAt.read(at("192.0.2.1", 1.5))).isEmpty();
    assertThat(ServedAt.read(at("2001:db8::1", 1))).isPresent();
  }

  private static InetSocketAddress at(String address) {
    return new InetSocketAddress(InetAddress.ofLiteral(address), 18_000);
  }

  private static Struct at(String address, double port) {
    return Struct.newBuilder()
        .putFields("address", Value.newBuilder().setStringValue(address).build())
        .putFields("port", Value.newBuilder().setNumberValue(port).build())
        .build();
  }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.parts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Scanner;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class FreePortsTest {
  @Test
  void handsOutEachOnceAndFree() throws IOException {
    Set<Integer> ports = new HashSet<>();
    for (int i = 0; i < 200; i++) {
      int port = FreePorts.next();
      assertThat(ports.add(port)).isTrue();
      try (var socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        assertThat(socket.getLocalPort()).isEqualTo(port);
      }
    }
  }

  /** A connection to somewhere else had the port of a program that was about to listen on it. */
  @Test
  void handsOutNoneThatAConnectionMayHave() throws IOException {
    Path range = Path.of("/proc/sys/net/ipv4/ip_local_port_range");
    assumeThat(range).as("only Linux says which ports go out").isReadable();
    int first;
    try (Scanner numbers = new Scanner(Files.newBufferedReader(range))) {
      first = numbers.nextInt();
    }
    assumeThat(first).as("the first port that goes out leaves room below it").isGreaterThan(15_000);
    for (int i = 0; i < 100; i++) {
      assertThat(FreePorts.next()).isLessThan(first);
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.quickstart;

import dev.portcullis.cli.process.ProcessGroup;
import dev.portcullis.cli.through.RawHttp;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * Waits until Envoy gets its answers in time. Each of its threads connects to the decision service
 * with its first request, which on a busy machine can outlast the 250 ms that a decision may take;
 * such a request is refused with 503, which is right and would still spoil the table.
 */
final class FirstAnswers {
  /** So many that every thread of Envoy has most probably had one. */
  private static final int IN_A_ROW = 8;

  private static final Duration LIMIT = Duration.ofSeconds(5);

  private FirstAnswers() {}

  /** Sends requests without credentials, from an address of their own, until all are decided. */
  static void await(ProcessGroup processes, Gateway gateway, String service) {
    int slash = service.indexOf('/');
    String host = service.substring(slash + 1) + "." + service.substring(0, slash);
    byte[] request =
        ("GET / HTTP/1.1\r\nhost: " + host + "\r\nconnection: close\r\n\r\n")
            .getBytes(StandardCharsets.US_ASCII);
    processes.await(
        "the decisions of Envoy", gateway.envoy(), () -> allDecided(gateway.port(), request));
  }

  private static boolean allDecided(int port, byte[] request) {
    InetSocketAddress envoy = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    InetAddress from = InetAddress.ofLiteral("127.0.0.9");
    try {
      for (int i = 0; i < IN_A_ROW; i++) {
        if (RawHttp.exchange(envoy, from, request, LIMIT).status() == 503) {
          return false;
        }
      }
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}

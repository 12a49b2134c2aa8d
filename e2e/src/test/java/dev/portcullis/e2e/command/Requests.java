// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.e2e.command;

import dev.portcullis.cli.through.RawHttp;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * A client of the gateway.
 *
 * @param address where the gateway listens
 * @param port the same
 */
public record Requests(String address, int port) {
  private static final Duration LIMIT = Duration.ofSeconds(10);
  private static final int RETRIES = 20;

  /**
   * The status that a request gets. None that is sent here is answered with 503, but for a machine
   * so busy that the decision service does not come to speak within its 250 ms: then it is sent
   * again.
   */
  public int status(String method, String path, String... headers) {
    int status = statusOnce(method, path, headers);
    for (int again = 0; status == 503 && again < RETRIES; again++) {
      status = statusOnce(method, path, headers);
    }
    return status;
  }

  private int statusOnce(String method, String path, String... headers) {
    String head =
        method
            + " "
            + path
            + " HTTP/1.1\r\nhost: any\r\nuser-agent: test\r\nconnection: close\r\n"
            + String.join("", java.util.stream.Stream.of(headers).map(h -> h + "\r\n").toList())
            + "\r\n";
    try {
      InetSocketAddress to = new InetSocketAddress(InetAddress.ofLiteral(address), port);
      byte[] request = head.getBytes(StandardCharsets.US_ASCII);
      return RawHttp.exchange(to, InetAddress.getLoopbackAddress(), request, LIMIT).status();
    } catch (IOException e) {
      throw new AssertionError("no answer from " + address + ":" + port, e);
    }
  }
}

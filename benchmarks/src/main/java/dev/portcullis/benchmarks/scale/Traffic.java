// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.benchmarks.scale;

import dev.portcullis.benchmarks.compare.BenchmarkException;
import dev.portcullis.cli.through.RawHttp;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Whether what statuses say is true: a request without a token is refused by its own policy. */
record Traffic(int port) {

  /** Asks a service through Envoy and expects 401. */
  void mustBeGuarded(int service) {
    String request =
        "GET /items HTTP/1.1\r\nhost: %s.%s\r\nconnection: close\r\n\r\n"
            .formatted(Fleet.name(service), Fleet.NAMESPACE);
    try {
      InetAddress loopback = InetAddress.getLoopbackAddress();
      RawHttp.Response response =
          RawHttp.exchange(
              new InetSocketAddress(loopback, port),
              loopback,
              request.getBytes(StandardCharsets.US_ASCII),
              Duration.ofSeconds(5));
      if (response.status() != 401) {
        throw new BenchmarkException(
            "%s answers %d where its policy says 401"
                .formatted(Fleet.name(service), response.status()));
      }
    } catch (IOException e) {
      throw new BenchmarkException(Fleet.name(service) + " does not answer: " + e.getMessage());
    }
  }
}

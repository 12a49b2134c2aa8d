// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.benchmarks.jmh;

import dev.portcullis.benchmarks.scenario.SampleRequest;
import dev.portcullis.engine.request.Headers;
import dev.portcullis.engine.request.Peer;
import dev.portcullis.engine.request.RequestContext;
import dev.portcullis.engine.request.RequestLine;
import java.time.Instant;

/**
 * Requests that are alike but for id and time: both change with every real request, and the limiter
 * answers a repeated id from memory. Costs about 10 ns and 150 bytes each.
 */
final class Requests {
  private final RequestLine line;
  private final Headers headers;
  private final Peer peer;
  private long number;

  Requests(SampleRequest sample) {
    line = sample.line();
    headers = sample.engineHeaders();
    peer = sample.peer();
  }

  RequestContext next() {
    return new RequestContext(line, headers, peer, Long.toHexString(number++), Instant.now());
  }
}

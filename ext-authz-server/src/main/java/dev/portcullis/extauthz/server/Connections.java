// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.server;

import io.grpc.Attributes;
import io.grpc.ServerTransportFilter;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts open connections, so that a drain ends when the last one is gone. */
final class Connections extends ServerTransportFilter {
  private final AtomicInteger open = new AtomicInteger();

  @Override
  public Attributes transportReady(Attributes attributes) {
    open.incrementAndGet();
    return attributes;
  }

  @Override
  public void transportTerminated(Attributes attributes) {
    open.decrementAndGet();
  }

  int open() {
    return open.get();
  }
}

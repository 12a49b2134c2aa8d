// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.benchmarks.held;

import dev.portcullis.engine.limit.CounterKey;
import dev.portcullis.policy.match.IpAddress;

/** By what a limit counts. */
enum KeyKind {
  ADDRESS("IPv4 addresses") {
    @Override
    CounterKey key(int number) {
      return CounterKey.address(
          LIMIT,
          IpAddress.parse("10.%d.%d.%d".formatted(number >> 16, number >> 8 & 255, number & 255)));
    }
  },
  CLIENT("clients with names of 13 characters") {
    @Override
    CounterKey key(int number) {
      return CounterKey.named(LIMIT, "client", "acme-%08d".formatted(number));
    }
  },
  LONGEST("names of 96 characters, the longest that are kept") {
    @Override
    CounterKey key(int number) {
      return CounterKey.named(LIMIT, "client", "%096d".formatted(number));
    }
  };

  private static final String LIMIT = "shop/orders/per-client#rate";

  private final String title;

  KeyKind(String title) {
    this.title = title;
  }

  /** What they are, for people. */
  String title() {
    return title;
  }

  /** The key of one of at most 2^24. */
  abstract CounterKey key(int number);
}

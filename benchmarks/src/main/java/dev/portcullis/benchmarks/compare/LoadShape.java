// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.benchmarks.compare;

/**
 * How hard a server is pushed: a closed loop.
 *
 * @param connections HTTP/2 connections; an Envoy opens one per worker
 * @param inFlight calls under way at any time on each connection
 */
public record LoadShape(int connections, int inFlight) {
  public LoadShape {
    if (connections < 1 || inFlight < 1) {
      throw new IllegalArgumentException("at least one connection with one call");
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy;

/**
 * An Envoy process.
 *
 * @param id its node id, unique among proxies
 * @param cluster its node cluster, for statistics
 * @param admin where its admin interface listens; loopback only
 * @param maxHeapBytes when Envoy holds this much it refuses new requests; at least 64 MiB
 */
public record ProxyNode(String id, String cluster, HostPort admin, long maxHeapBytes) {
  /** Room for a gateway of thousands of services. */
  public static final long DEFAULT_HEAP_BYTES = 1L << 30;

  private static final long MIN_HEAP_BYTES = 64L << 20;

  public ProxyNode {
    if (id.isBlank() || cluster.isBlank() || id.length() > 253 || cluster.length() > 253) {
      throw new IllegalArgumentException("node id and cluster have 1 to 253 characters");
    }
    boolean loopback = admin.host().startsWith("127.") || admin.host().equals("::1");
    if (!admin.isAddress() || !loopback) {
      throw new IllegalArgumentException(
          "the admin interface can stop Envoy, so it listens on loopback only, not on " + admin);
    }
    if (maxHeapBytes < MIN_HEAP_BYTES) {
      throw new IllegalArgumentException("at least 64 MiB of heap, not " + maxHeapBytes);
    }
  }
}

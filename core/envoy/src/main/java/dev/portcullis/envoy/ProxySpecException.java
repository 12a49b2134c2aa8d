// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy;

import java.io.Serial;

/** What a proxy says of itself cannot be understood. */
public final class ProxySpecException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  /**
   * Says what is wrong.
   *
   * @param place a path into the metadata, such as {@code portcullis.upstreams[3].port}
   */
  ProxySpecException(String place, String problem) {
    super(place + ": " + problem);
  }
}

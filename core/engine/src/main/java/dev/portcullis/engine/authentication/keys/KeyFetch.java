// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication.keys;

import java.io.IOException;
import java.time.Duration;

/** Gets the text of a key set from its server. */
@FunctionalInterface
public interface KeyFetch {

  /**
   * Asks the server once; bounded in time and size by the implementation, follows no redirects.
   *
   * @throws IOException when there is no answer that can be used; its message is one line for
   *     people
   */
  Answer fetch(String uri) throws IOException, InterruptedException;

  /**
   * What the server said.
   *
   * @param freshness how long it may be kept by its {@code Cache-Control}, or {@link
   *     RemoteKeys#DEFAULT_FRESHNESS}
   */
  @SuppressWarnings("ArrayRecordComponent") // Read once, never compared.
  record Answer(byte[] body, Duration freshness) {}
}

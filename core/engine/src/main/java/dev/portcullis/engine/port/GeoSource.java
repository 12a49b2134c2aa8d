// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.port;

import dev.portcullis.policy.match.IpAddress;
import org.jspecify.annotations.Nullable;

/** Where addresses belong to. Look-ups do no I/O and allocate nothing. Thread-safe. */
public interface GeoSource {
  /** For processes without databases. */
  GeoSource NONE =
      new GeoSource() {
        @Override
        public @Nullable String country(IpAddress address) {
          return null;
        }

        @Override
        public @Nullable Long autonomousSystem(IpAddress address) {
          return null;
        }
      };

  /**
   * The country of an address, by its two letters (ISO 3166-1); empty: the database does not know;
   * null: there is no database.
   */
  @Nullable String country(IpAddress address);

  /** The number of an address's network; 0: the database does not know; null: there is none. */
  @Nullable Long autonomousSystem(IpAddress address);
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.config;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where databases in MaxMind's format are. They need not be there yet.
 *
 * @param countries null: no database of countries
 * @param systems null: no database of autonomous systems
 */
public record GeoConfig(@Nullable Path countries, @Nullable Path systems) {
  /** No databases. */
  public static final GeoConfig NONE = new GeoConfig(null, null);
}

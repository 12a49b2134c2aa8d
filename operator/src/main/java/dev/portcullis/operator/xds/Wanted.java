// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.xds;

import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * All that one node should hold, from the two who say so: secrets that prove who it is are another
 * matter than policies, and neither waits for the other. Immutable; compared by reference.
 */
final class Wanted {
  static final Wanted NOTHING_YET = new Wanted(null, null, null);

  private final @Nullable XdsSnapshot snapshot;
  private final @Nullable Credentials credentials;
  private final @Nullable SortedMap<String, XdsResource> secrets;

  private Wanted(
      @Nullable XdsSnapshot snapshot,
      @Nullable Credentials credentials,
      @Nullable SortedMap<String, XdsResource> secrets) {
    this.snapshot = snapshot;
    this.credentials = credentials;
    this.secrets = secrets;
  }

  @SuppressWarnings("ReferenceEquality") // the same snapshot is nothing new
  Wanted with(XdsSnapshot next) {
    return next == snapshot ? this : of(next, credentials);
  }

  Wanted with(Credentials next) {
    return next.equals(credentials) ? this : of(snapshot, next);
  }

  private static Wanted of(@Nullable XdsSnapshot snapshot, @Nullable Credentials credentials) {
    XdsSnapshot others = snapshot == null ? XdsSnapshot.EMPTY : snapshot;
    return new Wanted(
        snapshot,
        credentials,
        credentials == null ? null : credentials.over(others.of(ResourceType.SECRET)));
  }

  /**
   * The resources of a type by name; null while nobody has said: that nothing is known of a
   * resource does not mean that it does not exist.
   */
  @Nullable SortedMap<String, XdsResource> of(ResourceType type) {
    if (type == ResourceType.SECRET) {
      return secrets;
    }
    return snapshot == null ? null : snapshot.of(type);
  }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.identity;

import dev.portcullis.policy.identity.SpiffeId;
import io.grpc.Attributes;
import org.jspecify.annotations.Nullable;

/**
 * About which routes the client at the other end of a connection may ask. Made once for each
 * connection, so that a check costs no more than a comparison. Immutable.
 */
public final class Caller {
  /** Where a connection's caller stands among its attributes. */
  public static final Attributes.Key<Caller> KEY = Attributes.Key.create("portcullis-caller");

  /** May ask about every route: the port is kept from others by other means. */
  public static final Caller ANYBODY = new Caller("anybody", "");

  /** May ask about nothing. */
  public static final Caller NOBODY = new Caller("nobody", null);

  private final String name;
  private final @Nullable String prefix;

  private Caller(String name, @Nullable String prefix) {
    this.name = name;
    this.prefix = prefix;
  }

  /** A gateway: it may ask about every route. */
  static Caller gateway(SpiffeId id) {
    return new Caller(id.toString(), "");
  }

  /** A sidecar: it may ask about the routes of its own namespace. */
  static Caller sidecar(SpiffeId id) {
    return new Caller(id.toString(), id.namespace() + "/");
  }

  /**
   * Whether it may ask about a route.
   *
   * @param route as it stands in the check
   */
  public boolean mayAskAbout(String route) {
    return prefix != null && route.startsWith(prefix);
  }

  /** Names it, for logs. */
  @Override
  public String toString() {
    return name;
  }
}

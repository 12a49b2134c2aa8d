// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.identity;

import dev.portcullis.engine.request.Hop;
import dev.portcullis.policy.identity.SpiffeId;
import dev.portcullis.policy.match.Principal;
import io.grpc.Attributes;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * About which routes the client at the other end of a connection may ask. Made once for each
 * connection, so that a check costs no more than a comparison. Immutable.
 */
public final class Caller {
  /** Where a connection's caller stands among its attributes. */
  public static final Attributes.Key<Caller> KEY = Attributes.Key.create("portcullis-caller");

  /** May ask about every route: the port is kept from others by other means. */
  public static final Caller ANYBODY = new Caller("anybody", "", false, null, Set.of());

  /** May ask about nothing. */
  public static final Caller NOBODY = new Caller("nobody", null, false, null, Set.of());

  private final String name;
  private final @Nullable String prefix;
  private final boolean gateway;
  private final @Nullable String domain;
  private final Set<Principal> gateways;

  private Caller(
      String name,
      @Nullable String prefix,
      boolean gateway,
      @Nullable String domain,
      Set<Principal> gateways) {
    this.name = name;
    this.prefix = prefix;
    this.gateway = gateway;
    this.domain = domain;
    this.gateways = gateways;
  }

  /** A gateway: it may ask about every route. */
  static Caller gateway(SpiffeId id) {
    return new Caller(id.toString(), "", true, id.trustDomain(), Set.of());
  }

  /**
   * A sidecar: it may ask about the routes of its own namespace.
   *
   * @param gateways whose connections bring others' requests
   */
  static Caller sidecar(SpiffeId id, Set<Principal> gateways) {
    return new Caller(id.toString(), id.namespace() + "/", false, id.trustDomain(), gateways);
  }

  /** Whether clients from outside connect to the Envoy that asks. */
  public boolean isGateway() {
    return gateway;
  }

  /** Whether an identity is one of the trust domain that the caller itself belongs to. */
  public boolean isOfOwnDomain(Principal principal) {
    return principal.trustDomain().equals(domain);
  }

  /**
   * What stands between a client and the Envoy that asks.
   *
   * @param principal of the connection that the request came over; null: none
   */
  public Hop hop(@Nullable Principal principal) {
    if (gateway) {
      return Hop.AT_GATEWAY;
    }
    return principal != null && gateways.contains(principal) ? Hop.BEHIND_GATEWAY : Hop.DIRECT;
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

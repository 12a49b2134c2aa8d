// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy.listener;

import dev.portcullis.envoy.proto.Extensions;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.rbac.v3.Permission;
import io.envoyproxy.envoy.config.rbac.v3.Policy;
import io.envoyproxy.envoy.config.rbac.v3.Principal;
import io.envoyproxy.envoy.extensions.filters.network.rbac.v3.RBAC;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;

/**
 * Closes connections whose certificate claims to be a workload of our own trust domain. Authorities
 * for clients from outside sign what they like; that they signed such a name is a forgery, whatever
 * else the certificate says. The decision service takes no notice of such a name either.
 *
 * <p>A filter, because what a certificate must not say cannot be said where certificates are
 * checked: there, one name that matches makes up for all others.
 */
final class ForgedIdentity {
  private static final String NAME = "portcullis.forged-identity";

  private ForgedIdentity() {}

  static Filter filter(String trustDomain) {
    StringMatcher ours =
        StringMatcher.newBuilder()
            .setPrefix("spiffe://" + trustDomain + "/")
            .setIgnoreCase(true)
            .build();
    RBAC rbac =
        RBAC.newBuilder()
            .setStatPrefix("forged_identity.")
            .setRules(
                io.envoyproxy
                    .envoy
                    .config
                    .rbac
                    .v3
                    .RBAC
                    .newBuilder()
                    .setAction(io.envoyproxy.envoy.config.rbac.v3.RBAC.Action.DENY)
                    .putPolicies(
                        "ours",
                        Policy.newBuilder()
                            .addPermissions(Permission.newBuilder().setAny(true))
                            .addPrincipals(
                                Principal.newBuilder()
                                    .setAuthenticated(
                                        Principal.Authenticated.newBuilder()
                                            .setPrincipalName(ours)))
                            .build()))
            .build();
    return Filter.newBuilder().setName(NAME).setTypedConfig(Extensions.any(rbac)).build();
  }
}

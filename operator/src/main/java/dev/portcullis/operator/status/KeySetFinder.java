// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.status;

import dev.portcullis.codec.observation.KeySetTrouble;
import dev.portcullis.codec.observation.Observations;
import dev.portcullis.crds.v1alpha1.ApiPolicy;
import dev.portcullis.crds.v1alpha1.Condition;
import dev.portcullis.crds.v1alpha1.apipolicy.JwtMethod;
import dev.portcullis.crds.v1alpha1.apipolicy.Method;
import dev.portcullis.policy.plan.JwksSpec;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Whether decision services have trouble with the keys of a policy's issuers. Said only where there
 * is some: tokens go on to be verified with the last good keys, so nobody else would tell.
 */
final class KeySetFinder {
  private static final String TYPE = "JwksStale";

  private final SortedMap<String, Observations> observed;

  /**
   * @param observed by the names of decision services
   */
  KeySetFinder(SortedMap<String, Observations> observed) {
    this.observed = observed;
  }

  /** The trouble; empty: none that anybody told of. The worst is said first. */
  Optional<Finding> of(ApiPolicy policy) {
    SortedMap<String, String> missing = new TreeMap<>();
    SortedMap<String, String> stale = new TreeMap<>();
    for (String uri : uris(policy)) {
      SortedSet<String> tell = new TreeSet<>();
      KeySetTrouble worst = null;
      for (Map.Entry<String, Observations> each : observed.entrySet()) {
        KeySetTrouble trouble = each.getValue().keySets().get(uri);
        if (trouble != null) {
          tell.add(each.getKey());
          worst = worst == null || !trouble.kept() ? trouble : worst;
        }
      }
      if (worst != null) {
        (worst.kept() ? stale : missing)
            .put(uri, address(uri) + " (" + Named.some(tell) + "): " + worst.cause());
      }
    }
    if (!missing.isEmpty()) {
      return Optional.of(
          finding(
              "NoKeys",
              "there are no keys, so requests with tokens of the issuer get 503: "
                  + Named.some(new TreeSet<>(missing.values()))));
    }
    return stale.isEmpty()
        ? Optional.empty()
        : Optional.of(
            finding(
                "IssuerUnreachable",
                "the last good keys verify tokens, and keys that the issuer has replaced since"
                    + " are not known: "
                    + Named.some(new TreeSet<>(stale.values()))));
  }

  private static Finding finding(String reason, String message) {
    return new Finding(TYPE, Condition.Status.TRUE, reason, message);
  }

  /** Without the issuer, which is told apart behind the address of its metadata. */
  private static String address(String uri) {
    int fragment = uri.indexOf('#');
    return fragment < 0 ? uri : uri.substring(0, fragment);
  }

  private static SortedSet<String> uris(ApiPolicy policy) {
    SortedSet<String> uris = new TreeSet<>();
    var authentication = policy.getSpec().authentication();
    if (authentication != null) {
      for (Method method : authentication.methods()) {
        JwtMethod jwt = method.jwt();
        String uri = jwt == null ? null : uri(jwt);
        if (uri != null) {
          uris.add(uri);
        }
      }
    }
    return uris;
  }

  /** Under which decision services know the key set; null: it is not fetched. */
  private static @Nullable String uri(JwtMethod jwt) {
    return jwt.jwks() == null ? new JwksSpec.Discovered(jwt.issuer()).uri() : jwt.jwks().uri();
  }
}

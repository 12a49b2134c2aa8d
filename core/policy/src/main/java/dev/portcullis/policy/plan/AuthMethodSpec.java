// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.policy.plan;

import dev.portcullis.policy.match.PrincipalPattern;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** One way to say who one is. */
public sealed interface AuthMethodSpec {

  /** Unique within its policy. */
  String name();

  /** Where its credentials may stand; empty when they stand in no part of the request. */
  default List<CredentialLocation> from() {
    return List.of();
  }

  /**
   * A signed token (RFC 7519).
   *
   * @param issuer compared with {@code iss}, character by character
   * @param audiences at least one; the token's {@code aud} must name one of them
   * @param clockSkew at most 60 s
   * @param from where the token may stand, tried in this order
   */
  record Jwt(
      String name,
      String issuer,
      List<String> audiences,
      JwksSpec jwks,
      List<JwsAlgorithm> algorithms,
      Duration clockSkew,
      List<CredentialLocation> from,
      List<ClaimHeader> claimsToHeaders)
      implements AuthMethodSpec {

    public Jwt {
      audiences = List.copyOf(audiences);
      algorithms = List.copyOf(algorithms);
      from = List.copyOf(from);
      claimsToHeaders = List.copyOf(claimsToHeaders);
    }
  }

  /**
   * An issued key.
   *
   * @param namespace of the ApiKey resources that count
   * @param matchLabels that an ApiKey must carry, all of them; empty: any key of the namespace
   */
  record ApiKey(
      String name,
      String namespace,
      SortedMap<String, String> matchLabels,
      List<CredentialLocation> from)
      implements AuthMethodSpec {

    public ApiKey {
      matchLabels = Collections.unmodifiableSortedMap(new TreeMap<>(matchLabels));
      from = List.copyOf(from);
    }
  }

  /**
   * A workload identity, which Envoy has verified.
   *
   * @param principals any one suffices
   */
  record Mtls(String name, List<PrincipalPattern> principals) implements AuthMethodSpec {

    public Mtls {
      principals = List.copyOf(principals);
    }
  }

  /** Nobody in particular: only requests that carry none of the other methods' credentials. */
  record Anonymous(String name) implements AuthMethodSpec {}
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy.cluster;

import dev.portcullis.policy.identity.SpiffeId;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;

/**
 * Whom a TLS connection may be with. The text ends where a part of a SPIFFE id ends, so that {@code
 * shop} never stands for {@code shop-admin} too.
 *
 * @param text of a SPIFFE id
 * @param prefix whether ids that begin with the text match, else only the text itself
 */
public record PeerMatch(String text, boolean prefix) {

  public PeerMatch {
    if (prefix && !text.endsWith("/")) {
      throw new IllegalArgumentException("a prefix of an id must end with a slash: " + text);
    }
  }

  /** This workload only. */
  public static PeerMatch workload(SpiffeId id) {
    return new PeerMatch(id.toString(), false);
  }

  /** Every workload of a namespace. */
  public static PeerMatch namespace(String trustDomain, String namespace) {
    SpiffeId any = new SpiffeId(trustDomain, namespace, "any");
    return new PeerMatch(
        SpiffeId.prefixOf(any.trustDomain()) + "ns/" + any.namespace() + "/sa/", true);
  }

  /** Every workload of a trust domain. */
  public static PeerMatch trustDomain(String trustDomain) {
    return new PeerMatch(SpiffeId.prefixOf(trustDomain), true);
  }

  SubjectAltNameMatcher matcher() {
    StringMatcher.Builder matcher = StringMatcher.newBuilder();
    if (prefix) {
      matcher.setPrefix(text);
    } else {
      matcher.setExact(text);
    }
    return SubjectAltNameMatcher.newBuilder()
        .setSanType(SubjectAltNameMatcher.SanType.URI)
        .setMatcher(matcher)
        .build();
  }
}

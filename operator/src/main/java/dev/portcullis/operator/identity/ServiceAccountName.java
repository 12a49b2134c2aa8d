// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.identity;

import dev.portcullis.policy.identity.SpiffeId;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Names a ServiceAccount. */
public record ServiceAccountName(String namespace, String name) {
  private static final Pattern USERNAME = Pattern.compile("system:serviceaccount:([^:]+):([^:]+)");

  /** The ServiceAccount that has this user name; empty when it is no ServiceAccount's. */
  public static Optional<ServiceAccountName> of(String username) {
    Matcher parts = USERNAME.matcher(username);
    return parts.matches()
        ? Optional.of(new ServiceAccountName(parts.group(1), parts.group(2)))
        : Optional.empty();
  }

  /** How certificates name it. */
  public SpiffeId spiffeId(String trustDomain) {
    return new SpiffeId(trustDomain, namespace, name);
  }
}

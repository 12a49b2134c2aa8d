// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.policy.identity;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names a workload by its ServiceAccount: {@code spiffe://TRUST-DOMAIN/ns/NAMESPACE/sa/ACCOUNT}.
 *
 * @param trustDomain 1 to 255 lower-case letters, digits, dots, dashes and underscores
 * @param namespace a Kubernetes namespace
 * @param serviceAccount the name of a ServiceAccount in it
 */
public record SpiffeId(String trustDomain, String namespace, String serviceAccount) {
  private static final String SCHEME = "spiffe://";
  private static final Pattern TRUST_DOMAIN = Pattern.compile("[a-z0-9._-]{1,255}");
  private static final Pattern NAMESPACE = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");
  private static final Pattern ACCOUNT = Pattern.compile("[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?");
  private static final Pattern URI = Pattern.compile("spiffe://([^/]+)/ns/([^/]+)/sa/([^/]+)");

  /** The longest text that can be an id, so that none longer need be looked at. */
  private static final int MAX_LENGTH = 600;

  public SpiffeId {
    matching(TRUST_DOMAIN, "trust domain", trustDomain);
    matching(NAMESPACE, "namespace", namespace);
    matching(ACCOUNT, "service account", serviceAccount);
  }

  private static void matching(Pattern shape, String what, String text) {
    if (!shape.matcher(text).matches()) {
      throw new IllegalArgumentException("not a " + what + ": " + text);
    }
  }

  /**
   * Checks the name of a trust domain.
   *
   * @return the name
   * @throws IllegalArgumentException when it is none
   */
  public static String checkedTrustDomain(String text) {
    matching(TRUST_DOMAIN, "trust domain", text);
    return text;
  }

  /** Reads an id; empty when the text is not one of exactly this form. */
  public static Optional<SpiffeId> parse(String uri) {
    Matcher parts = URI.matcher(uri);
    if (uri.length() > MAX_LENGTH || !parts.matches()) {
      return Optional.empty();
    }
    try {
      return Optional.of(new SpiffeId(parts.group(1), parts.group(2), parts.group(3)));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** What the ids of all workloads of a trust domain begin with. */
  public static String prefixOf(String trustDomain) {
    return SCHEME + checkedTrustDomain(trustDomain) + "/";
  }

  /** The id as it stands in a certificate. */
  @Override
  public String toString() {
    return SCHEME + trustDomain + "/ns/" + namespace + "/sa/" + serviceAccount;
  }
}

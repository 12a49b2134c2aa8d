// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.policy.identity;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
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

  /** What X.509 calls a URI among alternative names. */
  private static final int URI_NAME = 6;

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

  /**
   * The workload that a certificate names; empty when it names none, or more than one, or beside it
   * any other URI.
   */
  public static Optional<SpiffeId> in(X509Certificate certificate) {
    try {
      Collection<List<?>> names = certificate.getSubjectAlternativeNames();
      List<String> uris =
          names == null
              ? List.of()
              : names.stream()
                  .filter(name -> Integer.valueOf(URI_NAME).equals(name.get(0)))
                  .map(name -> String.valueOf(name.get(1)))
                  .toList();
      return uris.size() == 1 ? parse(uris.getFirst()) : Optional.empty();
    } catch (CertificateParsingException e) {
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

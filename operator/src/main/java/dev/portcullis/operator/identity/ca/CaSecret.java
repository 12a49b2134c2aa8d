// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.identity.ca;

import dev.portcullis.operator.identity.CertificateAuthority;
import dev.portcullis.operator.identity.Pem;
import dev.portcullis.operator.identity.ca.CaState.Next;
import dev.portcullis.operator.identity.ca.CaState.Retired;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How a {@link CaState} stands in a Secret: {@code signer.crt}, {@code signer.key} and {@code
 * signer-roots.crt}; the same of {@code next} with {@code next-since}; {@code retired-N.crt} with
 * {@code retired-N-until}; {@code asked}; and for people {@code ca.crt}, all roots together.
 */
final class CaSecret {
  private static final String SIGNER = "signer";
  private static final String NEXT = "next";
  private static final String SINCE = "next-since";
  private static final String ASKED = "asked";
  private static final int MAX_RETIRED = 16;

  private CaSecret() {}

  static Map<String, String> write(CaState state) {
    Map<String, String> data = new TreeMap<>();
    data.put("ca.crt", state.trust().rootsPem());
    write(data, SIGNER, state.signer());
    Next next = state.next();
    if (next != null) {
      write(data, NEXT, next.issuer());
      data.put(SINCE, next.since().toString());
    }
    for (int i = 0; i < state.retired().size(); i++) {
      Retired retired = state.retired().get(i);
      data.put("retired-" + i + ".crt", Pem.of(retired.roots()));
      data.put("retired-" + i + "-until", retired.until().toString());
    }
    if (!state.asked().isEmpty()) {
      data.put(ASKED, state.asked());
    }
    return data;
  }

  private static void write(Map<String, String> data, String name, Issuer issuer) {
    CertificateAuthority authority = issuer.authority();
    data.put(
        name + ".crt",
        authority.intermediates().isEmpty()
            ? Pem.of(authority.certificate())
            : Pem.of(authority.intermediates()));
    data.put(name + ".key", Pem.of(authority.key()));
    data.put(name + "-roots.crt", Pem.of(issuer.roots()));
  }

  /**
   * Reads it back.
   *
   * @throws IllegalArgumentException naming the entry that is missing or not what it should be
   */
  static CaState read(Map<String, String> data) {
    Issuer signer = issuer(data, SIGNER);
    Next next =
        data.containsKey(NEXT + ".crt") ? new Next(issuer(data, NEXT), instant(data, SINCE)) : null;
    List<Retired> retired = new ArrayList<>();
    for (int i = 0; i < MAX_RETIRED && data.containsKey("retired-" + i + ".crt"); i++) {
      retired.add(
          new Retired(
              certificates(data, "retired-" + i + ".crt"),
              instant(data, "retired-" + i + "-until")));
    }
    return new CaState(signer, next, retired, data.getOrDefault(ASKED, ""));
  }

  private static Issuer issuer(Map<String, String> data, String name) {
    return issuer(
        certificates(data, name + ".crt"),
        key(data, name),
        certificates(data, name + "-roots.crt"));
  }

  /**
   * An authority of its parts.
   *
   * @param chain its own certificate, then what leads to a root
   * @throws IllegalArgumentException when they do not belong together
   */
  static Issuer issuer(List<X509Certificate> chain, PrivateKey key, List<X509Certificate> roots) {
    X509Certificate own = chain.getFirst();
    boolean root = roots.contains(own);
    List<X509Certificate> intermediates =
        root ? List.of() : chain.stream().filter(each -> !roots.contains(each)).toList();
    Issuer issuer = new Issuer(new CertificateAuthority(own, key, intermediates), roots);
    Vouching.check(issuer);
    return issuer;
  }

  private static List<X509Certificate> certificates(Map<String, String> data, String entry) {
    try {
      return Pem.certificates(present(data, entry));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(entry + ": " + e.getMessage(), e);
    }
  }

  private static PrivateKey key(Map<String, String> data, String name) {
    try {
      return Pem.key(present(data, name + ".key"));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(name + ".key: " + e.getMessage(), e);
    }
  }

  private static Instant instant(Map<String, String> data, String entry) {
    try {
      return Instant.parse(present(data, entry));
    } catch (DateTimeException e) {
      throw new IllegalArgumentException(entry + ": not a time", e);
    }
  }

  private static String present(Map<String, String> data, String entry) {
    @Nullable String text = data.get(entry);
    if (text == null) {
      throw new IllegalArgumentException("is missing");
    }
    return text;
  }

  /**
   * The authority in a Secret of type {@code kubernetes.io/tls} as cert-manager makes it: {@code
   * tls.crt} with the chain, {@code tls.key}, and {@code ca.crt} with the roots.
   *
   * @throws IllegalArgumentException saying what is wrong with it
   */
  static Issuer given(Map<String, String> data) {
    try {
      return issuer(
          certificates(data, "tls.crt"),
          Pem.key(present(data, "tls.key")),
          certificates(data, "ca.crt"));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("not an intermediate authority: " + e.getMessage(), e);
    }
  }
}

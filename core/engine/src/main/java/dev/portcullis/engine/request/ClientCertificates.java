// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.request;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.io.ByteArrayInputStream;
import java.net.URLDecoder;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads clients' certificates as Envoy tells them, and remembers what they said: a client sends the
 * same one with each of its requests, and to read one costs as much as a whole decision. Whoever
 * wants to fill the memory needs as many certificates that the listener's authorities signed.
 * Thread-safe.
 */
public final class ClientCertificates {
  /** The longest text that is read, in characters. A longer one names nobody. */
  public static final int MAX_LENGTH = 16_384;

  private static final String BEGIN = "-----BEGIN CERTIFICATE-----";
  private static final String END = "-----END CERTIFICATE-----";

  /** Bytes that an entry takes besides its text: node, digest, names. */
  private static final int OVERHEAD = 512;

  private static final long MAX_BYTES = 8L << 20;

  private final Cache<String, Optional<ClientCertificate>> known =
      Caffeine.newBuilder()
          .maximumWeight(MAX_BYTES)
          .<String, Optional<ClientCertificate>>weigher((text, _) -> OVERHEAD + text.length() * 2)
          .executor(Runnable::run)
          .build();

  /**
   * What a certificate says.
   *
   * @param text PEM, URL-encoded; empty: the client showed none
   * @return null: there is none, or one that is too long or that this JVM cannot read, which names
   *     nobody
   * @throws IllegalArgumentException when the text is not URL-encoded PEM, which Envoy never writes
   */
  public @Nullable ClientCertificate read(String text) {
    if (text.isEmpty() || text.length() > MAX_LENGTH) {
      return null;
    }
    return known.get(text, ClientCertificates::parse).orElse(null);
  }

  private static Optional<ClientCertificate> parse(String text) {
    byte[] der = der(URLDecoder.decode(text, UTF_8));
    try {
      return CertificateFactory.getInstance("X.509")
                  .generateCertificate(new ByteArrayInputStream(der))
              instanceof X509Certificate certificate
          ? Optional.of(ClientCertificate.of(certificate))
          : Optional.empty();
    } catch (GeneralSecurityException e) {
      // Envoy's library takes some that the JDK does not. Its owner is nobody to us.
      return Optional.empty();
    }
  }

  private static byte[] der(String pem) {
    int begin = pem.indexOf(BEGIN);
    int end = pem.indexOf(END);
    if (begin != 0 || end < 0) {
      throw new IllegalArgumentException("not a certificate in PEM");
    }
    return Base64.getDecoder()
        .decode(pem.substring(BEGIN.length(), end).replace("\n", "").getBytes(UTF_8));
  }
}

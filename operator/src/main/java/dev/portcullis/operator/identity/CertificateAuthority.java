// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.identity;

import dev.portcullis.policy.identity.SpiffeId;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * A certificate authority that signs the certificates of servers and workloads: the operator's own
 * (ECDSA on P-256, self-signed, it can sign no further authority), or one that somebody else made
 * for it.
 *
 * @param certificate in whose name it signs
 * @param intermediates certificates that lead from the authority to a root, its own first and
 *     without the root; empty: the authority is a root itself
 */
public record CertificateAuthority(
    X509Certificate certificate, PrivateKey key, List<X509Certificate> intermediates) {
  /** How long the certificate of an authority of our own is valid. */
  public static final Duration LIFE = Duration.ofDays(3650);

  private static final Duration SKEW = Duration.ofMinutes(5);
  private static final SecureRandom RANDOM = new SecureRandom();

  public CertificateAuthority {
    intermediates = List.copyOf(intermediates);
  }

  /** An authority that is a root itself. */
  public CertificateAuthority(X509Certificate certificate, PrivateKey key) {
    this(certificate, key, List.of());
  }

  /**
   * A certificate and its key.
   *
   * @param chain the certificate, then what leads from it to a root, without the root
   */
  public record Issued(List<X509Certificate> chain, PrivateKey key) {

    public Issued {
      chain = List.copyOf(chain);
    }

    /** The certificate itself. */
    public X509Certificate certificate() {
      return chain.getFirst();
    }

    /** Shows nothing of the key. */
    @Override
    public String toString() {
      return "Issued[" + certificate().getSerialNumber() + "]";
    }
  }

  /** A new authority. */
  public static CertificateAuthority create(Clock clock) {
    KeyPair keys = newKeys();
    X500Principal name = new X500Principal("CN=Portcullis CA, O=Portcullis");
    try {
      JcaX509v3CertificateBuilder builder =
          builder(name, name, keys.getPublic(), clock.instant(), clock.instant().plus(LIFE));
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
      builder.addExtension(
          Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
      builder.addExtension(
          Extension.subjectKeyIdentifier,
          false,
          new JcaX509ExtensionUtils().createSubjectKeyIdentifier(keys.getPublic()));
      return new CertificateAuthority(sign(builder, keys.getPrivate()), keys.getPrivate());
    } catch (CertIOException | GeneralSecurityException e) {
      throw new IllegalStateException("a certificate that cannot be made", e);
    }
  }

  /**
   * A certificate for a server.
   *
   * @param names DNS names and IP addresses under which clients reach it; at least one
   */
  public Issued issueServer(List<ServerName> names, Duration life, Clock clock) {
    return issue(
        "Portcullis operator",
        names.stream().map(ServerName::general).toList(),
        List.of(KeyPurposeId.id_kp_serverAuth),
        clock.instant(),
        life);
  }

  /**
   * A certificate for a server that is a workload, too.
   *
   * @param names DNS names and IP addresses under which clients reach it
   */
  public Issued issueServer(List<ServerName> names, SpiffeId identity, Duration life, Clock clock) {
    List<GeneralName> alternatives = new ArrayList<>();
    names.forEach(name -> alternatives.add(name.general()));
    alternatives.add(general(identity));
    return issue(
        "Portcullis operator",
        alternatives,
        List.of(KeyPurposeId.id_kp_serverAuth),
        clock.instant(),
        life);
  }

  /**
   * A certificate for a workload, as a server and as a client of others.
   *
   * @param life unless the authority's own certificate ends before
   */
  public Issued issueWorkload(SpiffeId identity, Duration life, Clock clock) {
    return issue(
        "Portcullis workload",
        List.of(general(identity)),
        List.of(KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth),
        clock.instant(),
        life);
  }

  private static GeneralName general(SpiffeId identity) {
    return new GeneralName(GeneralName.uniformResourceIdentifier, identity.toString());
  }

  private Issued issue(
      String subject,
      List<GeneralName> names,
      List<KeyPurposeId> purposes,
      Instant now,
      Duration life) {
    KeyPair keys = newKeys();
    Instant end = certificate.getNotAfter().toInstant();
    if (!end.isAfter(now)) {
      throw new IllegalStateException("the authority's own certificate ended at " + end);
    }
    Instant until = end.isBefore(now.plus(life)) ? end : now.plus(life);
    try {
      JcaX509v3CertificateBuilder builder =
          builder(
              certificate.getSubjectX500Principal(),
              new X500Principal("CN=" + subject),
              keys.getPublic(),
              now,
              until);
      JcaX509ExtensionUtils extensions = new JcaX509ExtensionUtils();
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
      builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
      builder.addExtension(
          Extension.extendedKeyUsage,
          false,
          new ExtendedKeyUsage(purposes.toArray(KeyPurposeId[]::new)));
      builder.addExtension(
          Extension.subjectAlternativeName,
          false,
          new GeneralNames(names.toArray(GeneralName[]::new)));
      builder.addExtension(
          Extension.authorityKeyIdentifier,
          false,
          extensions.createAuthorityKeyIdentifier(certificate));
      List<X509Certificate> chain = new ArrayList<>();
      chain.add(sign(builder, key));
      chain.addAll(intermediates);
      return new Issued(chain, keys.getPrivate());
    } catch (CertIOException | GeneralSecurityException e) {
      throw new IllegalStateException("a certificate that cannot be made", e);
    }
  }

  private static JcaX509v3CertificateBuilder builder(
      X500Principal issuer, X500Principal subject, PublicKey key, Instant now, Instant until) {
    return new JcaX509v3CertificateBuilder(
        issuer,
        new BigInteger(127, RANDOM).setBit(126),
        Date.from(now.minus(SKEW)),
        Date.from(until),
        subject,
        key);
  }

  private static X509Certificate sign(JcaX509v3CertificateBuilder builder, PrivateKey key)
      throws GeneralSecurityException {
    try {
      ContentSigner signer = new JcaContentSignerBuilder(algorithm(key)).build(key);
      return new JcaX509CertificateConverter().getCertificate(builder.build(signer));
    } catch (OperatorCreationException e) {
      throw new GeneralSecurityException(e);
    }
  }

  private static String algorithm(PrivateKey key) {
    return switch (key.getAlgorithm()) {
      case "RSA" -> "SHA256withRSA";
      case "EC" -> "SHA256withECDSA";
      case "EdDSA", "Ed25519" -> "Ed25519";
      default -> throw new IllegalArgumentException("cannot sign with " + key.getAlgorithm());
    };
  }

  private static KeyPair newKeys() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"), RANDOM);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has P-256", e);
    }
  }

  /** Shows nothing of the key. */
  @Override
  public String toString() {
    return "CertificateAuthority[" + certificate.getSubjectX500Principal() + "]";
  }
}

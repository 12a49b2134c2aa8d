// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.identity;

import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Clock;
import java.util.Date;
import java.util.List;
import java.util.Set;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemReader;

/**
 * Keeps the certificate authority in a directory: {@code ca.key} (mode 0600) and {@code ca.crt},
 * which clients trust.
 */
public final class CaStore {
  private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  private final Path key;
  private final Path certificate;
  private final Path directory;
  private final Clock clock;

  public CaStore(Path directory, Clock clock) {
    this.directory = directory;
    this.key = directory.resolve("ca.key");
    this.certificate = directory.resolve("ca.crt");
    this.clock = clock;
  }

  /** Where clients find the certificate to trust. */
  public Path certificateFile() {
    return certificate;
  }

  /**
   * Reads the authority, or makes one when there is none.
   *
   * @throws IdentityFileException when a file cannot be read, written or understood, when the key
   *     is not the certificate's, or when the certificate has expired
   */
  public CertificateAuthority open() {
    try {
      Files.createDirectories(directory);
      return Files.exists(key) || Files.exists(certificate) ? read() : create();
    } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
      throw new IdentityFileException(
          "cannot use the certificate authority in " + directory + ": " + describe(e), e);
    }
  }

  private CertificateAuthority create() throws IOException {
    CertificateAuthority authority = CertificateAuthority.create(clock);
    // The certificate comes last: whoever finds it finds a key that fits.
    write(key, Pem.of(authority.key()));
    write(certificate, Pem.of(authority.certificate()));
    Files.setPosixFilePermissions(certificate, PosixFilePermissions.fromString("rw-r--r--"));
    return authority;
  }

  private static void write(Path file, String text) throws IOException {
    Path temporary = Files.createTempFile(file.getParent(), ".ca", ".tmp", OWNER_ONLY);
    Files.writeString(temporary, text, StandardOpenOption.TRUNCATE_EXISTING);
    Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
  }

  private CertificateAuthority read() throws IOException, GeneralSecurityException {
    X509Certificate found;
    try (var in = Files.newInputStream(certificate)) {
      found = (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
    }
    PrivateKey secret = readKey();
    found.checkValidity(Date.from(clock.instant()));
    CertificateAuthority authority = new CertificateAuthority(found, secret);
    // Proves that the key is the certificate's, and not one that a restore mixed up.
    authority
        .issueServer(List.of(new ServerName("localhost", false)), CertificateAuthority.LIFE, clock)
        .certificate()
        .verify(found.getPublicKey());
    return authority;
  }

  private PrivateKey readKey() throws IOException, GeneralSecurityException {
    String text = Files.readString(key, StandardCharsets.US_ASCII);
    try (PemReader reader = new PemReader(new StringReader(text))) {
      PemObject pem = reader.readPemObject();
      if (pem == null) {
        throw new GeneralSecurityException("ca.key holds no PEM block");
      }
      return KeyFactory.getInstance("EC")
          .generatePrivate(new PKCS8EncodedKeySpec(pem.getContent()));
    }
  }

  private static String describe(Exception e) {
    return e.getMessage() == null
        ? e.getClass().getSimpleName()
        : e.getClass().getSimpleName() + ": " + e.getMessage();
  }
}

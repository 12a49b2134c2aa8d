// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CaStoreTest {
  private static final Clock CLOCK = Clock.systemUTC();

  @TempDir private Path directory;

  @Test
  void makesAnAuthorityOnceAndReusesIt() throws Exception {
    CertificateAuthority first = new CaStore(directory, CLOCK).open();
    CertificateAuthority second = new CaStore(directory, CLOCK).open();
    assertThat(second.certificate()).isEqualTo(first.certificate());
    assertThat(Files.readString(directory.resolve("ca.crt"))).contains("BEGIN CERTIFICATE");
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(directory.resolve("ca.key"))))
        .isEqualTo("rw-------");
    assertThat(directory).isDirectoryNotContaining("glob:**.tmp");
  }

  @Test
  void issuesCertificatesThatItsOwnCertificateVerifies() throws Exception {
    CertificateAuthority authority = new CaStore(directory, CLOCK).open();
    var issued =
        authority.issueServer(
            List.of(ServerName.parse("operator.portcullis.svc"), ServerName.parse("127.0.0.1")),
            Duration.ofDays(1),
            CLOCK);
    issued.certificate().verify(authority.certificate().getPublicKey());
    assertThat(
            issued.certificate().getSubjectAlternativeNames().stream().map(e -> e.get(1)).toList())
        .hasToString("[operator.portcullis.svc, 127.0.0.1]");
    assertThat(issued.certificate().getBasicConstraints()).as("is no authority").isEqualTo(-1);
  }

  @Test
  void refusesAKeyOfAnotherAuthority() throws Exception {
    new CaStore(directory, CLOCK).open();
    Path other = Files.createDirectory(directory.resolve("other"));
    new CaStore(other, CLOCK).open();
    Files.copy(
        other.resolve("ca.key"),
        directory.resolve("ca.key"),
        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    assertThatExceptionOfType(IdentityFileException.class)
        .isThrownBy(() -> new CaStore(directory, CLOCK).open())
        .withMessageContaining(directory.toString());
  }

  @Test
  void refusesHalfAnAuthority() throws Exception {
    new CaStore(directory, CLOCK).open();
    Files.delete(directory.resolve("ca.key"));
    assertThatExceptionOfType(IdentityFileException.class)
        .isThrownBy(() -> new CaStore(directory, CLOCK).open())
        .withMessageContaining("ca.key");
  }

  @Test
  void refusesAnExpiredAuthority() {
    new CaStore(directory, CLOCK).open();
    Clock later = Clock.offset(CLOCK, CertificateAuthority.LIFE.plusDays(1));
    assertThatExceptionOfType(IdentityFileException.class)
        .isThrownBy(() -> new CaStore(directory, later).open())
        .withMessageContaining("Expired");
  }
}

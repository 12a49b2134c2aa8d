// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.e2e.corpus;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.portcullis.cli.gateway.RevocationOptions;
import dev.portcullis.codec.tls.NamedTls;
import dev.portcullis.envoy.HostPort;
import dev.portcullis.operator.identity.CertificateAuthority;
import dev.portcullis.operator.identity.CertificateAuthority.Issued;
import dev.portcullis.operator.identity.Pem;
import dev.portcullis.operator.identity.ServerName;
import dev.portcullis.parts.FreePorts;
import dev.portcullis.parts.ScratchDirectory;
import dev.portcullis.suite.Fixtures;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import javax.net.ssl.HttpsURLConnection;
import org.jspecify.annotations.Nullable;

/** The port of a decision service at which a suite takes back what it takes back. */
final class RevocationPort {
  private static final String TOKEN = "a-token-of-the-corpus";
  private static final String NAME = "localhost";
  private static final int PATIENCE_MILLIS = 20_000;

  private final int port = FreePorts.next();
  private final Path directory;
  private final Path authority;

  private RevocationPort(ScratchDirectory scratch) {
    CertificateAuthority ca = CertificateAuthority.create(Clock.systemUTC());
    Issued own =
        ca.issueServer(List.of(ServerName.parse(NAME)), Duration.ofHours(1), Clock.systemUTC());
    scratch.write("revocation/tls.crt", Pem.of(own.chain()));
    scratch.write("revocation/tls.key", Pem.of(own.key()));
    scratch.write("revocation/token", TOKEN);
    this.authority = scratch.write("revocation/ca.crt", Pem.of(ca.certificate()));
    this.directory = scratch.path().resolve("revocation");
  }

  /** The port of a suite; null when it takes nothing back. */
  static @Nullable RevocationPort of(Fixtures fixtures, ScratchDirectory scratch) {
    return fixtures.revocations().isEmpty() ? null : new RevocationPort(scratch);
  }

  /** What the decision service must be told. */
  RevocationOptions options() {
    return new RevocationOptions(new HostPort("127.0.0.1", port), directory);
  }

  /** Takes back one thing after the other; each must be taken. */
  void take(List<Map<String, String>> revocations) throws IOException {
    for (Map<String, String> members : revocations) {
      HttpsURLConnection connection =
          (HttpsURLConnection)
              URI.create("https://127.0.0.1:" + port + "/revocations").toURL().openConnection();
      try {
        connection.setSSLSocketFactory(NamedTls.to(NAME, authority));
      } catch (GeneralSecurityException e) {
        throw new IOException(e);
      }
      connection.setConnectTimeout(PATIENCE_MILLIS);
      connection.setReadTimeout(PATIENCE_MILLIS);
      connection.setRequestMethod("POST");
      connection.setDoOutput(true);
      connection.setRequestProperty("authorization", "Bearer " + TOKEN);
      connection.setRequestProperty("content-type", "application/json");
      try (OutputStream body = connection.getOutputStream()) {
        body.write(new JsonMapper().writeValueAsBytes(members));
      }
      if (connection.getResponseCode() != 200) {
        throw new IOException("revoking " + members + ": " + connection.getResponseCode());
      }
    }
  }
}

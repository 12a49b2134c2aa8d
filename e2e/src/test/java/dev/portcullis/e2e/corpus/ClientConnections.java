// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.e2e.corpus;

import dev.portcullis.cli.gateway.GatewayTls;
import dev.portcullis.cli.through.EnvoyTarget;
import dev.portcullis.operator.identity.CertificateAuthority;
import dev.portcullis.operator.identity.CertificateAuthority.Issued;
import dev.portcullis.operator.identity.Pem;
import dev.portcullis.operator.identity.ServerName;
import dev.portcullis.parts.ScratchDirectory;
import dev.portcullis.suite.Case;
import dev.portcullis.suite.ClientAuthority;
import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Begins the TLS of requests, each with the certificate that its case wants its client to show. A
 * principal becomes the certificate's only URI.
 */
final class ClientConnections implements EnvoyTarget.ClientTls {
  private static final Duration LIFE = Duration.ofHours(1);

  private final CertificateAuthority server = CertificateAuthority.create(Clock.systemUTC());
  private final ClientAuthority clients;
  private final KeyPair keys = ClientAuthority.newKeys();

  /**
   * For the requests of one suite.
   *
   * @param clients who signs what they show
   */
  ClientConnections(ClientAuthority clients) {
    this.clients = clients;
  }

  /** Whether some case needs it. */
  static boolean isWanted(List<Case> cases) {
    return cases.stream()
        .map(Case::request)
        .anyMatch(request -> !request.principal().isEmpty() || request.certificate() != null);
  }

  /** What the gateway is given. */
  GatewayTls gateway(ScratchDirectory scratch) {
    Issued own =
        server.issueServer(List.of(ServerName.parse("api.example.org")), LIFE, Clock.systemUTC());
    scratch.write("tls/tls.crt", Pem.of(own.chain()));
    scratch.write("tls/tls.key", Pem.of(own.key()));
    scratch.write("clients/ca.crt", Pem.of(clients.root()));
    return new GatewayTls(scratch.path().resolve("tls"), scratch.path().resolve("clients"), false);
  }

  /** What a request shows; null: nothing. */
  private Case.@Nullable Issued shown(Case.Request request) {
    Case.Certificate certificate = request.certificate();
    if (certificate != null) {
      return Objects.requireNonNull(certificate.issued(), "not filled");
    }
    return request.principal().isEmpty()
        ? null
        : new Case.Issued(
            clients.issue(keys.getPublic(), List.of(), List.of(request.principal())),
            keys.getPrivate());
  }

  @Override
  public SSLSocketFactory sockets(Case.Request request) {
    Case.Issued shown = shown(request);
    try {
      KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
      trusted.load(null, null);
      trusted.setCertificateEntry("root", server.certificate());
      TrustManagerFactory managers =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      managers.init(trusted);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(
          shown == null ? new KeyManager[0] : new KeyManager[] {new Shown(shown)},
          managers.getTrustManagers(),
          null);
      return context.getSocketFactory();
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("every JDK speaks TLS", e);
    }
  }

  /** Shows one certificate to everybody: the JDK's own manager leaves out odd ones. */
  private static final class Shown extends X509ExtendedKeyManager {
    private final Case.Issued shown;

    Shown(Case.Issued shown) {
      this.shown = shown;
    }

    @Override
    public String chooseClientAlias(
        String @Nullable [] types, Principal @Nullable [] issuers, @Nullable Socket socket) {
      return "client";
    }

    @Override
    public String[] getClientAliases(String type, Principal @Nullable [] issuers) {
      return new String[] {"client"};
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
      return new X509Certificate[] {shown.certificate()};
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
      return shown.key();
    }

    @Override
    public @Nullable String chooseServerAlias(
        String type, Principal @Nullable [] issuers, @Nullable Socket socket) {
      return null;
    }

    @Override
    public String @Nullable [] getServerAliases(String type, Principal @Nullable [] issuers) {
      return null;
    }
  }
}

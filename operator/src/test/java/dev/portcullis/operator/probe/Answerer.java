// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.probe;

import dev.portcullis.operator.identity.CertificateAuthority;
import dev.portcullis.policy.identity.SpiffeId;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.function.UnaryOperator;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.TrustManagerFactory;

/** Whatever answers on the port of a pod: a gate, or what stands in its place. */
final class Answerer implements AutoCloseable {
  private final ServerSocket server;

  /** Turns the path that is asked for into the whole response. */
  private final UnaryOperator<String> response;

  private Answerer(ServerSocket server, UnaryOperator<String> response) {
    this.server = server;
    this.response = response;
    Thread.ofVirtual().start(this::serve);
  }

  static Answerer plain(UnaryOperator<String> response) throws IOException {
    return new Answerer(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), response);
  }

  /** Speaks mutual TLS as a workload, and wants others to be of the same authority. */
  static Answerer mutual(
      CertificateAuthority authority, SpiffeId id, UnaryOperator<String> response)
      throws Exception {
    CertificateAuthority.Issued issued =
        authority.issueWorkload(id, Duration.ofHours(1), Clock.systemUTC());
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setKeyEntry(
        "own", issued.key(), new char[0], issued.chain().toArray(X509Certificate[]::new));
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store, new char[0]);
    KeyStore roots = KeyStore.getInstance("PKCS12");
    roots.load(null, null);
    roots.setCertificateEntry("root", authority.certificate());
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(roots);
    SSLContext context = SSLContext.getInstance("TLSv1.3");
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    SSLServerSocket server =
        (SSLServerSocket)
            context
                .getServerSocketFactory()
                .createServerSocket(0, 50, InetAddress.getLoopbackAddress());
    server.setNeedClientAuth(true);
    return new Answerer(server, response);
  }

  int port() {
    return server.getLocalPort();
  }

  private void serve() {
    while (!server.isClosed()) {
      try (Socket socket = server.accept()) {
        BufferedReader in =
            new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
        String line = in.readLine();
        if (line != null) {
          String path = line.split(" ", -1)[1];
          socket.getOutputStream().write(response.apply(path).getBytes(StandardCharsets.US_ASCII));
          socket.getOutputStream().flush();
        }
      } catch (IOException e) {
        // The other end left, or the test is over.
      }
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.valkey;

import io.grpc.util.AdvancedTlsX509KeyManager;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;

/** Ends TLS before a server that knows none, as a cloud's load balancer does. */
final class TlsRelay implements AutoCloseable {
  private final ServerSocket server;
  private final int target;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();

  /** Listens on 127.0.0.1 for a server there. */
  TlsRelay(Path certificate, Path key, int target) throws Exception {
    this.target = target;
    AdvancedTlsX509KeyManager own = new AdvancedTlsX509KeyManager();
    own.updateIdentityCredentials(certificate.toFile(), key.toFile());
    SSLContext tls = SSLContext.getInstance("TLS");
    tls.init(new KeyManager[] {own}, null, null);
    server =
        tls.getServerSocketFactory().createServerSocket(0, 50, InetAddress.getLoopbackAddress());
    threads.execute(this::accept);
  }

  int port() {
    return server.getLocalPort();
  }

  private void accept() {
    try {
      while (true) {
        Socket client = server.accept();
        Socket behind = new Socket(InetAddress.getLoopbackAddress(), target);
        open.add(client);
        open.add(behind);
        threads.execute(() -> copy(client, behind));
        threads.execute(() -> copy(behind, client));
      }
    } catch (IOException closed) {
      // The end of the test.
    }
  }

  private static void copy(Socket from, Socket to) {
    try (from;
        to;
        InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream()) {
      in.transferTo(out);
    } catch (IOException gone) {
      // One of the two has closed, so both are.
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    for (Socket each : open) {
      each.close();
    }
    threads.close();
  }
}

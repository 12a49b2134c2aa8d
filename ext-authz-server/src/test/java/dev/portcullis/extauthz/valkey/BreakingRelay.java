// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.valkey;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A network between a server and who asks it, that breaks or is slow when it is told to. */
public final class BreakingRelay implements AutoCloseable {
  private enum State {
    WHOLE,
    DEAF,
    BROKEN
  }

  private final ServerSocket server;
  private final int target;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private volatile State state = State.WHOLE;
  private volatile Duration delay = Duration.ZERO;

  /** Listens on 127.0.0.1 for a server there. */
  public BreakingRelay(int target) throws IOException {
    this.target = target;
    server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    threads.execute(this::accept);
  }

  public int port() {
    return server.getLocalPort();
  }

  /** From now on the server hears nothing. */
  public void deafen() {
    state = State.DEAF;
  }

  /** Breaks the connections, and lets in no others. */
  public void cut() throws IOException {
    state = State.BROKEN;
    closeAll();
  }

  /** Lets connections in. */
  public void mend() {
    state = State.WHOLE;
  }

  /** From now on each answer takes at least so long. */
  public void delay(Duration least) {
    delay = least;
  }

  private void accept() {
    try {
      while (true) {
        Socket client = server.accept();
        Socket behind = new Socket(InetAddress.getLoopbackAddress(), target);
        open.add(client);
        open.add(behind);
        if (state == State.BROKEN) {
          client.close();
          behind.close();
        }
        threads.execute(() -> copy(client, behind, true));
        threads.execute(() -> copy(behind, client, false));
      }
    } catch (IOException closed) {
      // The end of the test.
    }
  }

  private void copy(Socket from, Socket to, boolean asked) {
    byte[] buffer = new byte[8192];
    try (from;
        to;
        InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream()) {
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        if (!asked) {
          Thread.sleep(delay);
        }
        if (!asked || state == State.WHOLE) {
          out.write(buffer, 0, read);
        }
      }
    } catch (IOException gone) {
      // One of the two has closed, so both are.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void closeAll() throws IOException {
    for (Socket each : open) {
      each.close();
    }
    open.clear();
  }

  @Override
  public void close() throws IOException {
    server.close();
    closeAll();
    threads.close();
  }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.benchmarks.compare;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Asks once whether a server is there; costs the server next to nothing. */
@FunctionalInterface
interface Probe {
  boolean succeeds();

  /** Whether somebody listens. */
  static Probe listening(int port) {
    return () -> {
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
        return socket.isConnected();
      } catch (IOException _) {
        return false;
      }
    };
  }

  /** Whether {@code /readyz} says 200. */
  static Probe ready(int port) {
    return () -> {
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
        socket.setSoTimeout(1000);
        socket
            .getOutputStream()
            .write(
                "GET /readyz HTTP/1.0\r\nhost: localhost\r\n\r\n"
                    .getBytes(StandardCharsets.US_ASCII));
        byte[] start = socket.getInputStream().readNBytes("HTTP/1.1 200".length());
        return new String(start, StandardCharsets.US_ASCII).endsWith(" 200");
      } catch (IOException _) {
        return false;
      }
    };
  }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.parts;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Ports of 127.0.0.1 that nobody listens on, each handed out once in this JVM. */
public final class FreePorts {
  private static final int ATTEMPTS = 100;
  private static final Set<Integer> HANDED_OUT = ConcurrentHashMap.newKeySet();

  private FreePorts() {}

  /** A port that was free a moment ago; whoever listens on it must be ready to find it taken. */
  public static int next() {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        if (HANDED_OUT.add(socket.getLocalPort())) {
          return socket.getLocalPort();
        }
      } catch (IOException e) {
        throw new PartsException("cannot listen on 127.0.0.1: " + e.getMessage(), e);
      }
    }
    throw new PartsException("no free port on 127.0.0.1 in " + ATTEMPTS + " attempts");
  }
}

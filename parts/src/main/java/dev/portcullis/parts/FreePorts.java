// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.parts;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.NoSuchElementException;
import java.util.Scanner;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Ports of 127.0.0.1 that nobody listens on, each handed out once in this JVM.
 *
 * <p>Where the system says which ports it gives to connections that go out, these are others: until
 * somebody listens on a port of that range, any connection of any program may have it, and a client
 * that tries to connect to it may even reach itself.
 */
public final class FreePorts {
  private static final int ATTEMPTS = 100;
  private static final int LOWEST = 10_240;
  // With fewer, programs that look for a port at the same time would find the same one.
  private static final int FEWEST = 4_096;
  private static final Path OUTGOING = Path.of("/proc/sys/net/ipv4/ip_local_port_range");
  private static final int FIRST_OUTGOING = firstOutgoing();
  private static final Set<Integer> HANDED_OUT = ConcurrentHashMap.newKeySet();

  private FreePorts() {}

  /** A port that was free a moment ago; whoever listens on it must be ready to find it taken. */
  public static int next() {
    @Nullable IOException last = null;
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      try (var socket = new ServerSocket(candidate(), 1, InetAddress.getLoopbackAddress())) {
        if (HANDED_OUT.add(socket.getLocalPort())) {
          return socket.getLocalPort();
        }
      } catch (IOException e) {
        last = e;
      }
    }
    throw new PartsException(
        "no free port on 127.0.0.1 in "
            + ATTEMPTS
            + " attempts"
            + (last == null ? "" : ": " + last.getMessage()),
        last);
  }

  /** Zero, which leaves the choice to the system, where its own range is not known or low. */
  private static int candidate() {
    return FIRST_OUTGOING - LOWEST < FEWEST
        ? 0
        : ThreadLocalRandom.current().nextInt(LOWEST, FIRST_OUTGOING);
  }

  private static int firstOutgoing() {
    // Files.readString would read one byte first, and such a file gives no more after that.
    try (Scanner range = new Scanner(Files.newBufferedReader(OUTGOING))) {
      return range.nextInt();
    } catch (IOException | NoSuchElementException _) {
      return 0; // Not Linux.
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.parts;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A real server of the protocol that Redis and Valkey speak, on 127.0.0.1, with nothing on disk.
 * Can be killed and started again on the same port, empty then.
 */
public final class RedisServer implements AutoCloseable {
  private static final int ATTEMPTS = 3;
  private static final int ANSWER_MILLIS = 2_000;
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final ScratchDirectory scratch;
  private final int port;
  private final List<String> settings;
  private final boolean sentinel;
  private ChildProcess process;

  private RedisServer(ScratchDirectory scratch, int port, boolean sentinel, List<String> settings) {
    this.scratch = scratch;
    this.port = port;
    this.sentinel = sentinel;
    this.settings = settings;
    this.process = launch();
  }

  /**
   * Starts one on a free port and waits until it answers.
   *
   * @param settings lines of its configuration, such as {@code requirepass secret}
   * @throws PartsException with the end of its log, when it does not become ready
   */
  public static RedisServer start(String... settings) {
    return start(false, settings);
  }

  /**
   * Starts a Sentinel, which is enough for itself.
   *
   * @param primary the name by which it knows the server at {@code port} of 127.0.0.1
   */
  public static RedisServer sentinel(String primary, int port) {
    return start(true, "sentinel monitor " + primary + " 127.0.0.1 " + port + " 1");
  }

  private static RedisServer start(boolean sentinel, String... settings) {
    for (int attempt = 1; ; attempt++) {
      ScratchDirectory scratch = ScratchDirectory.create("portcullis-redis-");
      try {
        return new RedisServer(scratch, FreePorts.next(), sentinel, List.of(settings));
      } catch (PartsException e) {
        scratch.close();
        // A port that was free when it was chosen may be taken when it is used.
        if (attempt == ATTEMPTS
            || !String.valueOf(e.getMessage()).contains("Address already in use")) {
          throw e;
        }
      }
    }
  }

  private ChildProcess launch() {
    List<String> lines = new ArrayList<>();
    lines.add("bind 127.0.0.1");
    lines.add("port " + port);
    lines.add("dir " + scratch.path());
    if (!sentinel) {
      lines.add("save \"\"");
      lines.add("appendonly no");
    }
    lines.addAll(settings);
    List<String> command = new ArrayList<>();
    command.add(RealPart.REDIS_SERVER.path().toString());
    command.add(scratch.write("redis.conf", String.join("\n", lines) + "\n").toString());
    if (sentinel) {
      command.add("--sentinel");
    }
    ChildProcess started =
        ChildProcess.start("redis-server", command, Map.of(), scratch.path().resolve("redis.log"))
            .expendable();
    try {
      Readiness.await("redis-server", PATIENCE, List.of(started), this::answers);
    } catch (PartsException e) {
      started.kill();
      throw e;
    }
    return started;
  }

  /** Also an answer that asks for a password is one. */
  private boolean answers() {
    try {
      String answer = ask("PING");
      return answer.startsWith("+PONG") || answer.startsWith("-NOAUTH");
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Sends one command that needs no password and returns the first line of the answer.
   *
   * @param command words without blanks in them, separated by one
   */
  public String ask(String command) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(ANSWER_MILLIS);
      socket.getOutputStream().write((command + "\r\n").getBytes(StandardCharsets.US_ASCII));
      StringBuilder line = new StringBuilder();
      for (int c = socket.getInputStream().read();
          c >= 0 && c != '\r';
          c = socket.getInputStream().read()) {
        line.append((char) c);
      }
      return line.toString();
    }
  }

  /** Where it listens. */
  public int port() {
    return port;
  }

  /** As {@code --valkey} wants it. */
  public String url() {
    return "valkey://127.0.0.1:" + port;
  }

  /** For tests that freeze it. */
  public ChildProcess process() {
    return process;
  }

  /** Ends it at once (SIGKILL): its connections break, and nothing listens any more. */
  public void kill() {
    process.kill();
  }

  /** Starts it again after {@link #kill}, on the same port and without any data. */
  public void restart() {
    process = launch();
  }

  @Override
  public void close() {
    process.kill();
    scratch.close();
  }
}

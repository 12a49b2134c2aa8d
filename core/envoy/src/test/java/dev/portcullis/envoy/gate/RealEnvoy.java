// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy.gate;

import static org.awaitility.Awaitility.await;

import dev.portcullis.envoy.EnvoyBootstrap;
import dev.portcullis.envoy.EnvoyFiles;
import dev.portcullis.envoy.HostPort;
import dev.portcullis.envoy.ProxyNode;
import dev.portcullis.parts.ChildProcess;
import dev.portcullis.parts.FreePorts;
import dev.portcullis.parts.RealPart;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A running Envoy. */
final class RealEnvoy implements AutoCloseable {
  private final ChildProcess process;
  private final HostPort admin;

  private RealEnvoy(ChildProcess process, HostPort admin) {
    this.process = process;
    this.admin = admin;
  }

  /** A node whose admin interface has a free port. */
  static ProxyNode node() {
    return new ProxyNode(
        "it", "it", new HostPort("127.0.0.1", FreePorts.next()), ProxyNode.DEFAULT_HEAP_BYTES);
  }

  /** Starts it on the bootstrap among these files; does not wait. */
  static RealEnvoy start(ProxyNode node, EnvoyFiles files) throws IOException {
    files.write();
    List<String> command =
        List.of(
            RealPart.ENVOY.path().toString(),
            "-c",
            files.path(EnvoyBootstrap.FILE).toString(),
            "--use-dynamic-base-id",
            "--concurrency",
            "1",
            "--log-level",
            "warning");
    Path log = files.path("envoy.log");
    return new RealEnvoy(ChildProcess.start("envoy", command, Map.of(), log), node.admin());
  }

  /** Waits until its listeners serve. */
  RealEnvoy ready() {
    await()
        .atMost(Duration.ofSeconds(20))
        .pollInterval(Duration.ofMillis(50))
        .failFast(() -> {
          if (!process.isAlive()) {
            throw new IllegalStateException("envoy ended: " + process.logTail());
          }
        })
        .ignoreExceptionsInstanceOf(IOException.class)
        .until(() -> admin("GET", "/ready").startsWith("HTTP/1.1 200"));
    return this;
  }

  /** The value of one counter or gauge. */
  long stat(String name) throws IOException {
    String answer = admin("GET", "/stats?filter=^" + name.replace(".", "\\.") + "$");
    Matcher value = Pattern.compile(Pattern.quote(name) + ": (\\d+)").matcher(answer);
    return value.find() ? Long.parseLong(value.group(1)) : 0;
  }

  String log() {
    return process.logTail();
  }

  private String admin(String method, String path) throws IOException {
    return RawClient.exchange(
        admin.port(),
        method + " " + path + " HTTP/1.1\r\nhost: admin\r\nconnection: close\r\n\r\n");
  }

  @Override
  public void close() {
    process.close();
  }
}

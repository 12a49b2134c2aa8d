// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy;

import static org.awaitility.Awaitility.await;

import dev.portcullis.parts.ChildProcess;
import dev.portcullis.parts.RealPart;
import io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Real Envoys for tests of their health listener. */
final class StartedEnvoy {
  private StartedEnvoy() {}

  /** Returns when the health listener says that it is ready. */
  static ChildProcess start(
      Bootstrap.Builder bootstrap, Path directory, int health, String... more) {
    List<String> command =
        new ArrayList<>(
            List.of(
                RealPart.ENVOY.path().toString(),
                "--config-yaml",
                EnvoyJson.line(bootstrap),
                "--disable-hot-restart",
                "--concurrency",
                "1",
                "--log-level",
                "warning"));
    command.addAll(List.of(more));
    ChildProcess envoy =
        ChildProcess.start("envoy", command, Map.of(), directory.resolve("envoy.log"));
    HttpClient client = HttpClient.newHttpClient();
    HttpRequest ready =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + health + "/ready")).build();
    await()
        .atMost(Duration.ofSeconds(20))
        .failFast(() -> {
          if (!envoy.isAlive()) {
            throw new IllegalStateException("envoy ended: " + envoy.logTail());
          }
        })
        .ignoreExceptionsInstanceOf(IOException.class)
        .until(
            () -> client.send(ready, HttpResponse.BodyHandlers.discarding()).statusCode() == 200);
    return envoy;
  }
}

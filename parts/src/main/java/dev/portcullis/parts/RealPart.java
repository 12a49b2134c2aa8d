// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.parts;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** A program that {@code tools/fetch} provides. */
public enum RealPart {
  ENVOY("envoy"),
  ETCD("etcd"),
  KUBE_APISERVER("kube-apiserver"),
  KUBECTL("kubectl"),
  REDIS_SERVER("redis-server"),
  /** Only tests of the chart need it. */
  HELM("helm");

  private static final Map<RealPart, Path> FOUND = new ConcurrentHashMap<>();

  private final String program;

  RealPart(String program) {
    this.program = program;
  }

  /**
   * Where the program is; fetches it first when it is not there, which can take minutes and shows
   * its progress on standard error.
   *
   * @throws PartsException when it cannot be had; standard error says why and how to get it
   */
  public Path path() {
    return FOUND.computeIfAbsent(this, RealPart::find);
  }

  private Path find() {
    String fetch = Home.directory().resolve("tools/fetch").toString();
    Path known = ask(fetch, "--where", program);
    if (known != null) {
      return executable(known);
    }
    run(new ProcessBuilder(fetch, program).redirectError(ProcessBuilder.Redirect.INHERIT));
    Path fetched = ask(fetch, "--where", program);
    if (fetched == null) {
      throw new PartsException(program + " is missing: tools/fetch " + program + " says why");
    }
    return executable(fetched);
  }

  private Path executable(Path file) {
    if (!Files.isExecutable(file)) {
      throw new PartsException(
          file + " may not be executed: chmod +x it, or remove it and run tools/fetch " + program);
    }
    return file;
  }

  private static @Nullable Path ask(String... command) {
    String answer = run(new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD));
    return answer.isBlank() ? null : Path.of(answer.strip());
  }

  /** Runs a command; returns its standard output, whatever its exit code. */
  private static String run(ProcessBuilder command) {
    String name = String.join(" ", command.command());
    try {
      Process process = Leftovers.start(command);
      process.getOutputStream().close();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      process.waitFor();
      return output;
    } catch (IOException e) {
      throw new PartsException("cannot run " + name + ": " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PartsException("interrupted while waiting for " + name, e);
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.parts;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * A Kubernetes API server on an etcd of its own, as in a cluster: RBAC, admission, CRDs, tokens.
 *
 * <p>No controller runs beside it: nothing collects garbage, deletes namespaces, or makes
 * Endpoints. It listens on 127.0.0.1; its data lives in a temporary directory and is gone with it.
 */
public final class ApiServer implements AutoCloseable {
  private static final int ATTEMPTS = 3;

  private final ScratchDirectory scratch;
  private final ChildProcess etcd;
  private final ChildProcess server;
  private final ApiServerAccess access;

  private ApiServer(
      ScratchDirectory scratch, ChildProcess etcd, ChildProcess server, ApiServerAccess access) {
    this.scratch = scratch;
    this.etcd = etcd;
    this.server = server;
    this.access = access;
  }

  /**
   * Starts one and waits until it answers; a few seconds, more on a busy machine.
   *
   * @throws PartsException with the ends of the logs, when it does not become ready
   */
  public static ApiServer start() {
    return start(_ -> {});
  }

  /** Starts one; {@code flags} may add to the API server's command line. */
  public static ApiServer start(Consumer<List<String>> flags) {
    for (int attempt = 1; ; attempt++) {
      try {
        return startOnce(flags);
      } catch (PartsException e) {
        // A port that was free when it was chosen may be taken when it is used.
        if (attempt == ATTEMPTS
            || !String.valueOf(e.getMessage()).contains("address already in use")) {
          throw e;
        }
      }
    }
  }

  private static ApiServer startOnce(Consumer<List<String>> flags) {
    ScratchDirectory scratch = ScratchDirectory.create("portcullis-kubernetes-");
    List<AutoCloseable> started = new ArrayList<>(List.of(scratch));
    try {
      var access = ApiServerAccess.create(scratch, FreePorts.next());
      int etcdPort = FreePorts.next();
      ChildProcess etcd = ApiServerCommand.startEtcd(scratch.path(), etcdPort);
      started.addFirst(etcd);
      ChildProcess server = ApiServerCommand.startServer(scratch.path(), access, etcdPort, flags);
      started.addFirst(server);
      Readiness.await(
          "kube-apiserver", ApiServerCommand.PATIENCE, List.of(etcd, server), access::answers);
      return new ApiServer(scratch, etcd, server, access);
    } catch (RuntimeException e) {
      closeAll(started, e);
      throw e;
    }
  }

  private static void closeAll(List<AutoCloseable> started, RuntimeException reason) {
    for (AutoCloseable one : started) {
      try {
        one.close();
      } catch (Exception e) {
        reason.addSuppressed(e);
      }
    }
  }

  /** Where it listens, such as {@code https://127.0.0.1:40001}. */
  public String url() {
    return access.url();
  }

  /** A kubeconfig (YAML) of a cluster administrator, complete in itself. */
  public String kubeconfig() {
    return access.kubeconfig();
  }

  /** A file with {@link #kubeconfig()}; lives as long as the server. */
  public Path kubeconfigFile() {
    return access.kubeconfigFile();
  }

  /** A kubeconfig (YAML) of whoever holds a token, complete in itself. */
  public String kubeconfigFor(String token) {
    return access.kubeconfigFor(token);
  }

  /** The API server's process, for tests that freeze or kill it. */
  public ChildProcess process() {
    return server;
  }

  /**
   * Applies the project's CRDs and waits until they are served.
   *
   * @throws PartsException with kubectl's own words, when it refuses
   */
  public void applyCrds() {
    String crds = Home.directory().resolve("charts/portcullis/crds").toString();
    kubectl("apply", "--server-side", "-f", crds).orThrow();
    kubectl("wait", "--for=condition=Established", "--timeout=60s", "-f", crds).orThrow();
  }

  /**
   * Runs kubectl as the administrator, and waits for it.
   *
   * @return its exit code and output, whatever they are
   */
  public CommandResult kubectl(String... arguments) {
    return kubectlReading("", arguments);
  }

  /** The same with standard input, for {@code -f -}. */
  public CommandResult kubectlReading(String input, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(RealPart.KUBECTL.path().toString());
    command.add("--kubeconfig=" + kubeconfigFile());
    command.addAll(List.of(arguments));
    try {
      Process process = Leftovers.start(new ProcessBuilder(command).redirectErrorStream(true));
      try (var stdin = process.getOutputStream()) {
        stdin.write(input.getBytes(StandardCharsets.UTF_8));
      }
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return new CommandResult(String.join(" ", command), process.waitFor(), output);
    } catch (IOException e) {
      throw new PartsException("cannot run kubectl: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PartsException("interrupted while kubectl ran", e);
    }
  }

  /** Ends server and etcd, and removes their data. */
  @Override
  public void close() {
    // Killed, because an API server takes a minute to drain and this one's data is gone in a
    // moment.
    server.kill();
    etcd.kill();
    scratch.close();
  }
}

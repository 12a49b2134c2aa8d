// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.parts;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** The command lines of etcd and kube-apiserver. */
final class ApiServerCommand {
  static final Duration PATIENCE = Duration.ofMinutes(3);

  private ApiServerCommand() {}

  static ChildProcess startEtcd(Path directory, int port) {
    String peer = "http://127.0.0.1:" + FreePorts.next();
    String client = "http://127.0.0.1:" + port;
    List<String> command =
        List.of(
            RealPart.ETCD.path().toString(),
            "--data-dir=" + directory.resolve("etcd"),
            "--listen-client-urls=" + client,
            "--advertise-client-urls=" + client,
            "--listen-peer-urls=" + peer,
            "--initial-advertise-peer-urls=" + peer,
            "--initial-cluster=default=" + peer,
            // The data need not survive a power cut.
            "--unsafe-no-fsync");
    return ChildProcess.start("etcd", command, Map.of(), directory.resolve("etcd.log"))
        .expendable();
  }

  static ChildProcess startServer(
      Path directory, ApiServerAccess access, int etcdPort, Consumer<List<String>> flags) {
    List<String> command = new ArrayList<>();
    command.add(RealPart.KUBE_APISERVER.path().toString());
    command.addAll(
        List.of(
            "--etcd-servers=http://127.0.0.1:" + etcdPort,
            "--bind-address=127.0.0.1",
            "--secure-port=" + access.port(),
            // Endpoints refuse loopback addresses, so that of the server itself cannot be
            // published.
            "--advertise-address=127.0.0.1",
            "--endpoint-reconciler-type=none",
            "--cert-dir=" + access.certificate().getParent(),
            "--authorization-mode=RBAC",
            "--token-auth-file=" + access.tokens(),
            "--service-account-issuer=https://kubernetes.default.svc",
            "--service-account-signing-key-file=" + access.signingKey(),
            "--service-account-key-file=" + access.signingKey(),
            // No controller makes the default ServiceAccounts that this plugin would demand.
            "--disable-admission-plugins=ServiceAccount",
            "--service-cluster-ip-range=10.96.0.0/16",
            "--allow-privileged=true"));
    flags.accept(command);
    return ChildProcess.start(
            "kube-apiserver", command, Map.of(), directory.resolve("kube-apiserver.log"))
        .expendable();
  }
}

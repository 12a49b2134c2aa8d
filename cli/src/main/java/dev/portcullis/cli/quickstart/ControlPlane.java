// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.quickstart;

import dev.portcullis.cli.process.Answers;
import dev.portcullis.cli.process.ProcessGroup;
import dev.portcullis.cli.process.Program;
import dev.portcullis.parts.ChildProcess;
import dev.portcullis.parts.FreePorts;
import dev.portcullis.parts.ScratchDirectory;
import java.nio.file.Path;

/**
 * The operator and the decision service as processes of their own, as a cluster runs them.
 *
 * @param operatorPort where the operator serves xDS
 * @param checkPort where the decision service answers Envoy
 * @param decisionLog JSON lines
 * @param operatorCa certificate that signs the operator's own
 */
public record ControlPlane(
    ChildProcess operator,
    ChildProcess decisionService,
    int operatorPort,
    int checkPort,
    Path decisionLog,
    Path operatorCa) {

  /** Starts both and waits until they serve. */
  public static ControlPlane start(
      ProcessGroup processes, ScratchDirectory scratch, Installation installation) {
    int operatorPort = FreePorts.next();
    Path state = scratch.path().resolve("operator");
    ChildProcess operator = startOperator(processes, installation, operatorPort, state);
    Path ca = state.resolve("ca.crt");
    int checkPort = FreePorts.next();
    Path log = scratch.path().resolve("decisions.jsonl");
    int admin = FreePorts.next();
    ChildProcess decisionService =
        processes.start(
            "ext-authz-server",
            Program.EXT_AUTHZ_SERVER.command(
                "--listen=127.0.0.1:" + checkPort,
                "--admin=127.0.0.1:" + admin,
                "--operator=127.0.0.1:" + operatorPort,
                "--operator-ca=" + ca,
                "--token-file=" + installation.token("ext-authz"),
                "--state-dir=" + scratch.path().resolve("ext-authz"),
                "--node-id=ext-authz-0",
                "--decision-log=" + log),
            () -> Answers.ready(admin));
    return new ControlPlane(operator, decisionService, operatorPort, checkPort, log, ca);
  }

  /** Starts an operator; another one on the same state and port takes over where it left. */
  public static ChildProcess startOperator(
      ProcessGroup processes, Installation installation, int port, Path state) {
    int admin = FreePorts.next();
    return processes.start(
        "operator",
        Program.OPERATOR.command(
            "--kubeconfig=" + installation.operatorKubeconfig(),
            "--xds-listen=127.0.0.1:" + port,
            "--admin=127.0.0.1:" + admin,
            "--state-dir=" + state,
            "--namespace=" + Installation.NAMESPACE,
            "--ext-authz-identity=" + Installation.identity("ext-authz"),
            "--gateway-identity=" + Installation.identity("gateway")),
        () -> Answers.ready(admin));
  }
}

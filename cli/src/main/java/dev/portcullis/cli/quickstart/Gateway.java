// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.quickstart;

import dev.portcullis.cli.process.Answers;
import dev.portcullis.cli.process.EnvoyProcess;
import dev.portcullis.cli.process.ProcessGroup;
import dev.portcullis.cli.process.Program;
import dev.portcullis.envoy.EnvoyBootstrap;
import dev.portcullis.envoy.EnvoyFiles;
import dev.portcullis.envoy.GatewaySpec;
import dev.portcullis.envoy.HostPort;
import dev.portcullis.envoy.OperatorAccess;
import dev.portcullis.envoy.ProxyNode;
import dev.portcullis.envoy.Upstream;
import dev.portcullis.parts.ChildProcess;
import dev.portcullis.parts.FreePorts;
import dev.portcullis.parts.ScratchDirectory;
import java.util.List;

/**
 * An Envoy outside of pods that the operator configures, and the sample API behind it. The API
 * server refuses loopback addresses in EndpointSlices, so the Envoy itself brings the addresses of
 * what it guards.
 *
 * @param port where clients reach it, on loopback
 */
public record Gateway(ChildProcess envoy, int port) {

  /** Starts the sample API and the Envoy; its listener comes with the first policies. */
  public static Gateway start(
      ProcessGroup processes,
      ScratchDirectory scratch,
      Installation installation,
      ControlPlane controlPlane,
      List<String> services) {
    int apiPort = FreePorts.next();
    processes.start(
        "sample-api", Program.SAMPLE_API.command("" + apiPort), () -> Answers.onPort(apiPort));
    int port = FreePorts.next();
    int admin = FreePorts.next();
    GatewaySpec spec =
        new GatewaySpec(
            loopback(port),
            List.of(loopback(controlPlane.checkPort())),
            services.stream().map(service -> upstream(service, apiPort)).toList());
    OperatorAccess operator =
        new OperatorAccess(
            loopback(controlPlane.operatorPort()),
            "127.0.0.1",
            controlPlane.operatorCa(),
            installation.token("gateway"));
    ProxyNode node =
        new ProxyNode(
            "quickstart-gateway", "quickstart", loopback(admin), ProxyNode.DEFAULT_HEAP_BYTES);
    EnvoyFiles bootstrap =
        EnvoyBootstrap.forOperator(node, spec, operator, scratch.path().resolve("envoy"));
    ChildProcess envoy = EnvoyProcess.start(processes, bootstrap, admin);
    return new Gateway(envoy, port);
  }

  private static Upstream upstream(String service, int port) {
    int slash = service.indexOf('/');
    return new Upstream(
        service.substring(0, slash),
        service.substring(slash + 1),
        null,
        loopback(port),
        Upstream.Protocol.HTTP1);
  }

  private static HostPort loopback(int port) {
    return new HostPort("127.0.0.1", port);
  }
}

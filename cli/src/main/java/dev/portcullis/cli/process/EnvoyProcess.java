// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.process;

import dev.portcullis.cli.CommandException;
import dev.portcullis.envoy.EnvoyBootstrap;
import dev.portcullis.envoy.EnvoyFiles;
import dev.portcullis.parts.ChildProcess;
import dev.portcullis.parts.RealPart;
import java.io.IOException;
import java.util.List;

/** Starts a real Envoy from its bootstrap. */
public final class EnvoyProcess {
  private EnvoyProcess() {}

  /**
   * Writes the bootstrap and starts Envoy; returns when its admin interface answers.
   *
   * @param adminPort that the bootstrap names
   */
  public static ChildProcess start(ProcessGroup processes, EnvoyFiles bootstrap, int adminPort) {
    try {
      bootstrap.write();
    } catch (IOException e) {
      throw CommandException.environment("cannot write Envoy's bootstrap: " + e.getMessage());
    }
    return processes.start(
        "envoy",
        List.of(
            RealPart.ENVOY.path().toString(),
            "-c",
            bootstrap.path(EnvoyBootstrap.FILE).toString(),
            "--log-level",
            "warning",
            "--disable-hot-restart",
            "--concurrency",
            "2"),
        () -> Answers.onPort(adminPort));
  }
}

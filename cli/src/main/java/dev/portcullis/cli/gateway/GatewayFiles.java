// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.gateway;

import dev.portcullis.codec.PlanDirectory;
import dev.portcullis.codec.PlanSnapshot;
import dev.portcullis.compiler.CompileResult;
import dev.portcullis.envoy.EnvoyFiles;
import dev.portcullis.envoy.EnvoyTranslator;
import dev.portcullis.envoy.GatewaySpec;
import dev.portcullis.envoy.XdsSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Where the gateway tells the decision service and Envoy what to do. */
public final class GatewayFiles {
  private final PlanDirectory plan;
  private final Path envoyDirectory;
  private final EnvoyTranslator translator;
  private final GatewaySpec spec;

  /**
   * Files in the given places.
   *
   * @param envoyDirectory absolute
   */
  public GatewayFiles(Path planDirectory, Path envoyDirectory, GatewaySpec spec) {
    this.plan = new PlanDirectory(planDirectory);
    this.envoyDirectory = envoyDirectory;
    this.translator = new EnvoyTranslator(new XdsSource.Files(envoyDirectory));
    this.spec = spec;
  }

  /**
   * Writes what was compiled: the plan first, because Envoy must not ask about what nobody knows.
   *
   * @throws IOException naming the file, when the disk refuses
   */
  public void write(CompileResult result) throws IOException {
    PlanSnapshot snapshot =
        new PlanSnapshot(
            List.copyOf(result.routes().values()), List.copyOf(result.apiKeys().values()));
    plan.write(snapshot, result.secrets().values(), result.lists().values());
    EnvoyFiles.of(envoyDirectory, translator.translate(spec, result.routes())).write();
  }
}

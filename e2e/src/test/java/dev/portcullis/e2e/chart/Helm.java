// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.e2e.chart;

import dev.portcullis.parts.Home;
import dev.portcullis.parts.RealPart;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Renders the chart. */
final class Helm {
  static final String NAMESPACE = "portcullis-system";

  private Helm() {}

  /** The manifests of an installation, without tests; {@code values} are {@code NAME=VALUE}. */
  static String template(String... values) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(RealPart.HELM.path().toString());
    command.addAll(List.of("template", "portcullis"));
    command.add(Home.directory().resolve("charts/portcullis").toString());
    command.addAll(List.of("--namespace", NAMESPACE, "--kube-version", "1.36.3", "--no-hooks"));
    for (String value : values) {
      command.addAll(List.of("--set", value));
    }
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IllegalStateException("helm: " + output);
    }
    return output;
  }
}

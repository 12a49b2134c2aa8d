// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.command;

import java.util.Map;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.common.ScalarStyle;

/** Writes Kubernetes resources as YAML. */
final class ResourceYaml {
  private ResourceYaml() {}

  /** Block style; text that YAML could read as something else is quoted. */
  static String write(Map<String, Object> resource) {
    DumpSettings settings =
        DumpSettings.builder()
            .setDefaultFlowStyle(FlowStyle.BLOCK)
            .setDefaultScalarStyle(ScalarStyle.PLAIN)
            .setIndicatorIndent(0)
            .build();
    return new Dump(settings).dumpToString(resource);
  }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.portcullis.policy.apikey.ApiKeyText;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine;

/** Tells a new key to whoever issues it, once. */
final class NewKeyOutput {
  private final CommandLine command;

  NewKeyOutput(CommandLine command) {
    this.command = command;
  }

  /**
   * The key for people, on standard error; what holds its hash for programs, on standard output.
   */
  void text(ApiKeyText key, String resources) {
    PrintWriter err = command.getErr();
    err.println("The key, shown this once:");
    err.println();
    err.println("  " + key.reveal());
    err.println();
    err.flush();
    command.getOut().print(resources);
    command.getOut().flush();
  }

  /** Everything for a program, on standard output. */
  void json(ApiKeyText key, Map<String, ?> resources) {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("key", key.reveal());
    all.putAll(resources);
    try {
      command
          .getOut()
          .println(new JsonMapper().writerWithDefaultPrettyPrinter().writeValueAsString(all));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("maps of text are always JSON", e);
    }
    command.getOut().flush();
  }
}

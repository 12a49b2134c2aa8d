// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.command;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Issues API keys and looks at them; needs no cluster. */
@Command(
    name = "apikey",
    description = "Issue an API key, or check one.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  portcullis apikey create --client acme --plan gold --expires 90d > acme.yaml",
      "  portcullis apikey verify --resource acme.yaml < key.txt"
    },
    subcommands = {ApiKeyCreateCommand.class, ApiKeyVerifyCommand.class})
public final class ApiKeyCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        spec.commandLine(), "Say what to do: create or verify");
  }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.command;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Issues API keys and looks at them; needs no cluster, and can read one. */
@Command(
    name = "apikey",
    description = "Issue API keys, replace them, and look at them.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  portcullis apikey create --client acme --plan gold --expires 90d > acme.yaml",
      "  portcullis apikey rotate --resource acme.yaml --overlap 7d > rotated.yaml",
      "  portcullis apikey verify --resource acme.yaml < key.txt",
      "  portcullis apikey list -n shop"
    },
    subcommands = {
      ApiKeyCreateCommand.class,
      ApiKeyRotateCommand.class,
      ApiKeyVerifyCommand.class,
      ApiKeyListCommand.class
    })
public final class ApiKeyCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        spec.commandLine(), "Say what to do: create, rotate, verify or list");
  }
}

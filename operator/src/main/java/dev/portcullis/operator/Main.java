// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator;

import picocli.CommandLine;

/** Starts the operator; runs until it is told to stop. */
public final class Main {

  private Main() {}

  public static void main(String[] arguments) {
    System.exit(new CommandLine(new OperatorCommand()).execute(arguments));
  }
}

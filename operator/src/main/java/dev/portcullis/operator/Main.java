// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator;

import picocli.CommandLine;

/** Starts the operator; runs until it is told to stop. */
public final class Main {

  private Main() {}

  public static void main(String[] arguments) {
    // The JDK's HTTP server reads its bounds once: seconds for a request to come and an answer to
    // go, and connections at a time.
    System.setProperty("sun.net.httpserver.maxReqTime", "10");
    System.setProperty("sun.net.httpserver.maxRspTime", "10");
    System.setProperty("jdk.httpserver.maxConnections", "512");
    System.exit(new CommandLine(new OperatorCommand()).execute(arguments));
  }
}

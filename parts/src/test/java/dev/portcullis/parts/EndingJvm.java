// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.parts;

import java.util.List;
import java.util.Map;

/** A program that starts others and then waits, for tests that end it by a signal. */
final class EndingJvm {
  private EndingJvm() {}

  /** Prints the process ids of its children and its scratch directory, in one line. */
  public static void main(String[] arguments) throws InterruptedException {
    ScratchDirectory scratch = ScratchDirectory.create("portcullis-ending-");
    String log = scratch.write("a/b/log", "").toString();
    ChildProcess polite = start(scratch, "trap 'echo bye >&2; exit 0' TERM");
    ChildProcess stubborn = start(scratch, "trap '' TERM").expendable();
    System.out.println(polite.pid() + " " + stubborn.pid() + " " + scratch.path() + " " + log);
    while (true) {
      // What still comes while everything ends must not slip through.
      Thread.sleep(20);
      start(scratch, "exit 0");
    }
  }

  private static ChildProcess start(ScratchDirectory scratch, String first) {
    String script = first + "; while :; do sleep 0.05; done";
    return ChildProcess.start(
        "script", List.of("/bin/sh", "-c", script), Map.of(), scratch.path().resolve("log"));
  }
}

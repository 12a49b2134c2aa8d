// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.process;

import dev.portcullis.cli.CommandException;
import dev.portcullis.parts.Home;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** One of Portcullis' own programs, built beside this command and run on the same Java. */
public enum Program {
  /** Compiling its code further would cost more processor time than the whole of its work. */
  OPERATOR("operator", "dev.portcullis.operator.Main", "-XX:TieredStopAtLevel=1"),
  EXT_AUTHZ_SERVER("ext-authz-server", "dev.portcullis.extauthz.Main"),
  SAMPLE_API("cli", "dev.portcullis.cli.quickstart.SampleApi");

  private final String module;
  private final String mainClass;

  // Made by List.of, so it is as immutable as an enum should be.
  @SuppressWarnings("ImmutableEnumChecker")
  private final List<String> flags;

  Program(String module, String mainClass, String... flags) {
    this.module = module;
    this.mainClass = mainClass;
    this.flags = List.of(flags);
  }

  /**
   * Its command line.
   *
   * @throws CommandException when it was not built
   */
  public List<String> command(String... arguments) {
    Path target = Home.directory().resolve(module).resolve("target");
    Path jar = target.resolve("portcullis-" + module + ".jar");
    if (!Files.isRegularFile(jar)) {
      throw CommandException.environment(
          jar + " is missing: build it with mvn -DskipTests package");
    }
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-Xshare:auto", "-XX:+ExitOnOutOfMemoryError"));
    command.addAll(
        List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"));
    command.addAll(flags);
    command.addAll(List.of("-cp", jar + ":" + target.resolve("lib") + "/*", mainClass));
    command.addAll(List.of(arguments));
    return command;
  }
}

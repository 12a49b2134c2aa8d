// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.process;

import dev.portcullis.cli.CommandException;
import dev.portcullis.parts.Home;
import java.io.IOException;
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
   * Its command line. A file named by the system property {@code portcullis.command.MODULE} may
   * say, one argument a line, how else to start it: container images are tried, and their class
   * caches are made, by running them here.
   *
   * @throws CommandException when it was not built, or the file cannot be read
   */
  public List<String> command(String... arguments) {
    List<String> command = new ArrayList<>(start());
    command.addAll(List.of(arguments));
    return command;
  }

  private List<String> start() {
    String property = "portcullis.command." + module;
    String file = System.getProperty(property);
    if (file == null) {
      return built();
    }
    try {
      return Files.readAllLines(Path.of(file));
    } catch (IOException e) {
      throw CommandException.environment(property + ": cannot read " + file);
    }
  }

  private List<String> built() {
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
    return command;
  }
}

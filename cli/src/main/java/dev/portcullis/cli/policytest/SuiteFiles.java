// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.policytest;

import dev.portcullis.cli.CommandException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Finds suites: files that are named, and in directories those of kind PolicyTest. */
public final class SuiteFiles {
  private static final Pattern KIND = Pattern.compile("(?m)^kind:[ \\t]*[\"']?PolicyTest\\b");

  /** In bytes; what is larger is no suite. */
  private static final long MAX_FILE = 8L * 1024 * 1024;

  /** Of directories inside of each other, so that a link to a parent ends somewhere. */
  private static final int MAX_DEPTH = 16;

  private SuiteFiles() {}

  /**
   * The suites of some paths, each once: in the order of the paths, and in a directory by name.
   *
   * @throws CommandException when a path is not there, or a directory holds no suite
   */
  public static List<Path> find(List<Path> paths) {
    Set<Path> found = new LinkedHashSet<>();
    for (Path path : paths) {
      if (!Files.exists(path)) {
        throw CommandException.user(path + " does not exist: check the path");
      }
      if (!Files.isDirectory(path)) {
        found.add(path);
        continue;
      }
      int before = found.size();
      found.addAll(inDirectory(path));
      if (found.size() == before) {
        throw CommandException.user(
            path + " holds no suite: name a YAML file whose kind is PolicyTest");
      }
    }
    return List.copyOf(found);
  }

  private static List<Path> inDirectory(Path directory) {
    List<Path> found = new ArrayList<>();
    try (Stream<Path> files = Files.walk(directory, MAX_DEPTH)) {
      files
          .filter(file -> isYaml(directory.relativize(file)))
          .filter(Files::isRegularFile)
          .sorted()
          .filter(SuiteFiles::isSuite)
          .forEach(found::add);
    } catch (IOException | UncheckedIOException e) {
      throw CommandException.user(directory + " cannot be read: " + e.getMessage());
    }
    return found;
  }

  private static boolean isYaml(Path file) {
    for (Path part : file) {
      if (part.toString().startsWith(".")) {
        return false;
      }
    }
    String name = file.toString();
    return name.endsWith(".yaml") || name.endsWith(".yml");
  }

  private static boolean isSuite(Path file) {
    try {
      return Files.size(file) <= MAX_FILE && KIND.matcher(Files.readString(file)).find();
    } catch (CharacterCodingException e) {
      return false;
    } catch (IOException e) {
      throw CommandException.user(file + " cannot be read: " + e.getMessage());
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * A flat directory of golden files: {@code case.in.yaml}, an optional {@code case.earlier.yaml} and
 * {@code case.endpoints.yaml}, and what is made of them. {@code -Dgolden.update=true} rewrites,
 * except where {@code CI} is set.
 */
final class GoldenFiles {
  private static final boolean UPDATE = Boolean.getBoolean("golden.update");

  private final Path directory;
  private final Set<String> known = new TreeSet<>();

  GoldenFiles(Path directory) {
    this.directory = directory;
    if (UPDATE && "true".equals(System.getenv("CI"))) {
      throw new IllegalStateException("golden files are never rewritten where CI=true");
    }
  }

  /** Names of the cases, sorted. */
  List<String> cases() throws IOException {
    List<String> out = new ArrayList<>();
    for (String name : names()) {
      if (name.endsWith(".in.yaml")) {
        out.add(name.substring(0, name.length() - ".in.yaml".length()));
        known.add(name);
      }
    }
    return out;
  }

  boolean exists(String name) {
    return Files.exists(directory.resolve(name));
  }

  byte[] read(String name) throws IOException {
    known.add(name);
    return Files.readAllBytes(directory.resolve(name));
  }

  /** Compares, or rewrites. */
  void check(String name, String actual) throws IOException {
    known.add(name);
    Path file = directory.resolve(name);
    if (UPDATE) {
      Files.writeString(file, actual);
    } else if (!Files.exists(file)) {
      fail("golden file %s is missing; -Dgolden.update=true writes it", name);
    } else {
      assertThat(actual).as(name).isEqualTo(Files.readString(file));
    }
  }

  /** No file may be left that belongs to no case. */
  void checkNothingUnused() throws IOException {
    List<String> unused = names().stream().filter(name -> !known.contains(name)).toList();
    if (UPDATE) {
      for (String name : unused) {
        Files.delete(directory.resolve(name));
      }
    } else {
      assertThat(unused).as("golden files that no case uses").isEmpty();
    }
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}

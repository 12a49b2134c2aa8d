// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler.source;

import dev.portcullis.compiler.diagnostic.Diagnostic;
import dev.portcullis.compiler.diagnostic.DiagnosticCode;
import dev.portcullis.compiler.diagnostic.Position;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Reads policy files from a disk; the compiler's only input and output. */
public final class PolicyFiles {
  /** In bytes. */
  private static final long MAX_FILE = 64L * 1024 * 1024;

  /** Of directories inside of each other, so that a link to a parent ends somewhere. */
  private static final int MAX_DEPTH = 16;

  private static final int MAX_FILES = 100_000;

  private final FileSet earlier;
  private final SortedMap<String, FileContent> files = new TreeMap<>();
  private final List<Diagnostic> problems = new ArrayList<>();

  private PolicyFiles(FileSet earlier) {
    this.earlier = earlier;
  }

  /**
   * Reads files, and of directories all {@code .yaml}, {@code .yml} and {@code .json} files, also
   * those further down; names that begin with a dot are left out.
   */
  public static FileSet read(List<Path> paths) {
    return read(paths, FileSet.empty());
  }

  /** Reads again; a file whose bytes did not change is not parsed again. */
  public static FileSet read(List<Path> paths, FileSet earlier) {
    PolicyFiles reader = new PolicyFiles(earlier);
    paths.forEach(reader::readPath);
    return new FileSet(reader.files, reader.problems);
  }

  private void readPath(Path path) {
    if (!Files.isDirectory(path)) {
      readFile(path);
      return;
    }
    int before = files.size();
    readDirectory(path, 0);
    if (files.size() == before && problems.isEmpty()) {
      problem(
          DiagnosticCode.NOTHING_FOUND,
          path,
          "the directory has no .yaml, .yml or .json file",
          "name a file, or a directory that has some");
    }
  }

  private void readDirectory(Path directory, int depth) {
    if (depth > MAX_DEPTH) {
      problem(
          DiagnosticCode.FILE_UNREADABLE,
          directory,
          "directories are nested deeper than " + MAX_DEPTH,
          "look for a link that leads back to a directory above");
      return;
    }
    try (Stream<Path> entries = Files.list(directory)) {
      for (Path entry : entries.sorted().toList()) {
        String name = entry.getFileName().toString();
        boolean hidden = name.startsWith(".");
        if (!hidden && Files.isDirectory(entry)) {
          readDirectory(entry, depth + 1);
        } else if (!hidden && isPolicyFile(name)) {
          readFile(entry);
        }
      }
    } catch (IOException e) {
      unreadable(directory, e);
    } catch (UncheckedIOException e) {
      // Listing began well and broke off.
      unreadable(directory, Objects.requireNonNull(e.getCause()));
    }
  }

  private static boolean isPolicyFile(String name) {
    return name.endsWith(".yaml") || name.endsWith(".yml") || name.endsWith(".json");
  }

  private void readFile(Path path) {
    String name = path.toString();
    if (files.size() >= MAX_FILES) {
      problem(
          DiagnosticCode.YAML_TOO_LARGE,
          path,
          "there are more than " + MAX_FILES + " files",
          "name fewer directories");
      return;
    }
    try {
      if (Files.size(path) > MAX_FILE) {
        keep(name, DiagnosticCode.YAML_TOO_LARGE, "the file is larger than 64 MiB", "split it");
        return;
      }
      byte[] bytes = Files.readAllBytes(path);
      FileContent before = earlier.files().get(name);
      files.put(
          name,
          before != null && before.hash().equals(FileReader.hash(bytes))
              ? before
              : FileReader.read(name, bytes));
    } catch (IOException e) {
      keep(name, DiagnosticCode.FILE_UNREADABLE, reason(e), "check the path and its permissions");
    }
  }

  /** The file stays known, so that what it held earlier can be kept. */
  private void keep(String name, DiagnosticCode code, String message, String fix) {
    files.put(
        name,
        FileContent.unreadable(
            name, "", FileReader.problem(code, new Position.WholeFile(name), message, fix)));
  }

  private void unreadable(Path path, IOException e) {
    problem(DiagnosticCode.FILE_UNREADABLE, path, reason(e), "check the path and its permissions");
  }

  private void problem(DiagnosticCode code, Path path, String message, String fix) {
    problems.add(FileReader.problem(code, new Position.WholeFile(path.toString()), message, fix));
  }

  private static String reason(IOException e) {
    return switch (e) {
      case NoSuchFileException _ -> "there is no such file";
      case AccessDeniedException _ -> "it may not be read";
      default -> "it cannot be read: " + e.getMessage();
    };
  }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.parts;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * A temporary directory, readable by its owner only and gone with {@code close()}, at the latest
 * with this JVM.
 */
public record ScratchDirectory(Path path) implements AutoCloseable {
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");

  /** A new one in the system's temporary directory. */
  public static ScratchDirectory create(String prefix) {
    try {
      return new ScratchDirectory(Leftovers.createDirectory(prefix));
    } catch (IOException e) {
      throw new PartsException("cannot make a temporary directory: " + e.getMessage(), e);
    }
  }

  /**
   * Writes a file that only its owner can read.
   *
   * @param name may have directories, which are made
   */
  public Path write(String name, String text) {
    Path file = path.resolve(name);
    try {
      Files.createDirectories(file.getParent());
      if (Files.notExists(file)) {
        Files.createFile(file, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
      }
      return Files.writeString(file, text);
    } catch (IOException e) {
      throw new PartsException("cannot write " + file + ": " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    try {
      DirectoryTree.delete(path);
      Leftovers.forget(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

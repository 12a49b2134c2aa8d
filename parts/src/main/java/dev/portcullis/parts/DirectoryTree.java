// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.parts;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/** Removes a directory with everything in it, also while somebody else still writes or removes. */
final class DirectoryTree extends SimpleFileVisitor<Path> {
  private static final int ATTEMPTS = 5;

  private DirectoryTree() {}

  /** Returns when nothing is left; a directory that is gone already is fine. */
  static void delete(Path directory) throws IOException {
    for (int attempt = 1; ; attempt++) {
      try {
        Files.walkFileTree(directory, new DirectoryTree());
        return;
      } catch (DirectoryNotEmptyException e) {
        // A file came after the directory was read.
        if (attempt == ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  @Override
  public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
    Files.deleteIfExists(file);
    return FileVisitResult.CONTINUE;
  }

  @Override
  public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
    return orThrow(failure);
  }

  @Override
  public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure)
      throws IOException {
    if (failure != null) {
      return orThrow(failure);
    }
    Files.deleteIfExists(directory);
    return FileVisitResult.CONTINUE;
  }

  /** That somebody else was faster is as good. */
  private static FileVisitResult orThrow(IOException failure) throws IOException {
    if (failure instanceof NoSuchFileException) {
      return FileVisitResult.CONTINUE;
    }
    throw failure;
  }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz;

import dev.portcullis.extauthz.config.EnvironmentException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * Where decisions are logged: a file that is appended to, readable by its owner only, or standard
 * output.
 */
record DecisionLogFile(OutputStream stream, boolean ours) implements AutoCloseable {

  /**
   * Opens it.
   *
   * @param target a file, or {@code -} for standard output
   */
  static DecisionLogFile open(String target) throws EnvironmentException {
    if (target.equals("-")) {
      return new DecisionLogFile(new FileOutputStream(FileDescriptor.out), false);
    }
    Path file = Path.of(target);
    try {
      if (Files.notExists(file)) {
        Files.createFile(
            file,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      }
      return new DecisionLogFile(Files.newOutputStream(file, StandardOpenOption.APPEND), true);
    } catch (IOException e) {
      throw new EnvironmentException("--decision-log: cannot write to " + file + ": " + reason(e));
    }
  }

  private static String reason(IOException e) {
    return switch (e) {
      case NoSuchFileException _ -> "its directory does not exist; make it, or name another file";
      case AccessDeniedException _ -> "permission denied; name another file";
      default -> e.getMessage() + "; name another file";
    };
  }

  @Override
  public void close() throws IOException {
    if (ours) {
      stream.close();
    }
  }
}

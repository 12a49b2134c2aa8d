// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.parts;

import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The directory of the project: what system property {@code portcullis.home} says, else the nearest
 * above.
 */
public final class Home {
  private Home() {}

  /**
   * The directory that holds {@code tools/fetch}.
   *
   * @throws PartsException when there is none above the working directory
   */
  public static Path directory() {
    String told = System.getProperty("portcullis.home");
    Path start = Path.of(told == null ? "" : told).toAbsolutePath();
    for (@Nullable Path at = start; at != null; at = at.getParent()) {
      if (Files.isExecutable(at.resolve("tools/fetch"))) {
        return at;
      }
    }
    throw new PartsException(
        "no tools/fetch in or above "
            + start
            + ": set -Dportcullis.home to the project's directory");
  }
}

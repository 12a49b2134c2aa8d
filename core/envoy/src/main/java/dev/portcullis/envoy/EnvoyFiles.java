// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Files for an Envoy, by their names, in one directory.
 *
 * @param directory absolute
 * @param contents name to text
 */
public record EnvoyFiles(Path directory, SortedMap<String, String> contents) {

  public EnvoyFiles {
    if (!directory.isAbsolute()) {
      throw new IllegalArgumentException("not an absolute directory: " + directory);
    }
    contents = Collections.unmodifiableSortedMap(new TreeMap<>(contents));
  }

  /**
   * Resources as an Envoy that gets its configuration from files wants them.
   *
   * @param directory that of {@link XdsSource.Files}
   */
  public static EnvoyFiles of(Path directory, EnvoyResources resources) {
    SortedMap<String, String> contents = new TreeMap<>();
    for (ResourceKind kind : ResourceKind.values()) {
      contents.put(kind.fileName(), EnvoyJson.response(kind, resources.of(kind).values()));
    }
    return new EnvoyFiles(directory, contents);
  }

  /** Where a file of that name stands. */
  public Path path(String name) {
    return directory.resolve(name);
  }

  /**
   * Writes what differs from what is there, each file as a whole: Envoy sees the old or the new one
   * and never half of it. Clusters come before the routes that lead to them, as their names sort.
   *
   * @throws IOException naming the file
   */
  public void write() throws IOException {
    Files.createDirectories(directory);
    for (Map.Entry<String, String> file : contents.entrySet()) {
      Path target = path(file.getKey());
      if (Files.exists(target) && Files.readString(target).equals(file.getValue())) {
        continue;
      }
      Path next = Files.createTempFile(directory, "." + file.getKey(), ".next");
      try {
        Files.writeString(next, file.getValue());
        Files.move(
            next, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(next);
      }
    }
  }
}

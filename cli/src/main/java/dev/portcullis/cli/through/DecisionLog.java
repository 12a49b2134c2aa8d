// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.through;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Reads the decision service's log, which is written a moment after the answer.
 *
 * @param file JSON lines
 */
public record DecisionLog(Path file) {
  private static final JsonMapper JSON = new JsonMapper();
  private static final Duration LIMIT = Duration.ofSeconds(2);

  /**
   * The record of one decision; null when none came within 2 s.
   *
   * @param id of the decision or of the request
   */
  public @Nullable JsonNode find(String id) throws IOException {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    do {
      List<String> lines = Files.exists(file) ? Files.readAllLines(file) : List.of();
      for (String line : lines.reversed()) {
        if (line.contains(id)) {
          return JSON.readTree(line);
        }
      }
      LockSupport.parkNanos(20_000_000);
    } while (System.nanoTime() < deadline);
    return null;
  }
}

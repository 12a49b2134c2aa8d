// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.through;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
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
      for (String line : lines().reversed()) {
        if (line.contains(id)) {
          return JSON.readTree(line);
        }
      }
      LockSupport.parkNanos(20_000_000);
    } while (System.nanoTime() < deadline);
    return null;
  }

  /** Whole lines: of the last one only a part may have been written yet. */
  private List<String> lines() throws IOException {
    if (!Files.exists(file)) {
      return List.of();
    }
    String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    return text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
  }
}

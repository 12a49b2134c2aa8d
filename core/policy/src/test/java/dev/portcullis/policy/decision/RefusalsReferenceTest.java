// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.policy.decision;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/**
 * {@code docs/reference/refusals.md} lists every reason; what to do about each is written there.
 */
class RefusalsReferenceTest {
  private static final Path PAGE =
      Path.of(
          Objects.requireNonNull(System.getProperty("portcullis.home")),
          "docs/reference/refusals.md");

  @Test
  void thePageListsEveryReason() throws IOException {
    List<String> wanted =
        Arrays.stream(DenyReason.values())
            .map(reason ->
                "| `%s` | %d | %d | %s |"
                    .formatted(
                        reason.name(), reason.httpStatus(), reason.grpcStatus(), reason.title()))
            .toList();
    List<String> rows =
        Files.readAllLines(PAGE).stream().filter(line -> line.startsWith("| `")).toList();
    assertThat(rows.stream().map(RefusalsReferenceTest::facts)).isEqualTo(wanted);
  }

  /** A row without what to do. */
  private static String facts(String row) {
    return row.substring(0, row.lastIndexOf(" | ") + 2);
  }
}

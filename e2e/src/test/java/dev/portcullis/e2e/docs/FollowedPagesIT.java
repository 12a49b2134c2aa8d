// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.e2e.docs;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Follows the pages whose commands start a gateway, with its decision service and Envoy. */
final class FollowedPagesIT {
  static final List<String> PAGES =
      List.of(
          "docs/guide/admit-clients-by-certificate.md",
          "docs/guide/explain-a-decision.md",
          "docs/guide/preview-a-change.md",
          "docs/guide/roll-out-in-shadow.md",
          "docs/guide/see-and-grant-quota.md");

  @TempDir private Path directory;

  @TestFactory
  Stream<DynamicTest> everyCommandDoesWhatThePageSays() {
    return PAGES.stream()
        .map(page ->
            DynamicTest.dynamicTest(
                page,
                () -> {
                  Path home = directory.resolve(Path.of(page).getFileName());
                  new FollowedPage(page, Files.createDirectories(home)).follow();
                }));
  }
}

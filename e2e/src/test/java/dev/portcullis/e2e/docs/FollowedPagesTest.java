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

/** Follows the pages whose commands need nothing but {@code portcullis}. */
final class FollowedPagesTest {
  static final List<String> PAGES =
      List.of(
          "docs/guide/admit-by-address-and-country.md",
          "docs/guide/bind-tokens-to-their-holders.md",
          "docs/guide/authenticate-with-jwt.md",
          "docs/guide/authenticate-with-opaque-tokens.md",
          "docs/guide/demand-mfa-for-refunds.md",
          "docs/guide/issue-and-rotate-api-keys.md",
          "docs/guide/sell-plans.md",
          "docs/guide/separate-two-teams.md",
          "docs/guide/protect-a-login.md",
          "docs/guide/survive-a-launch-day.md",
          "docs/guide/test-a-policy.md");

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

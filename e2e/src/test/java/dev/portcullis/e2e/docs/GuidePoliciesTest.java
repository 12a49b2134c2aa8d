// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.e2e.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.compiler.CompileResult;
import dev.portcullis.compiler.KnownServices;
import dev.portcullis.compiler.PolicyCompiler;
import dev.portcullis.compiler.diagnostic.Diagnostic;
import dev.portcullis.compiler.diagnostic.DiagnosticText;
import dev.portcullis.compiler.source.FileSet;
import dev.portcullis.compiler.source.PolicyFiles;
import dev.portcullis.e2e.docs.MarkdownPage.Block;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every policy that the README and the guide show compiles. A comment above a block says more:
 *
 * <ul>
 *   <li>{@code file: examples/jwt/policies.yaml}: the block is part of that file
 *   <li>{@code refused: PC3001}: the block has just these errors
 *   <li>{@code said}: the block is what {@code validate} says of the last policy above
 * </ul>
 */
final class GuidePoliciesTest {
  /** About the system, and no policy of its own. */
  private static final List<String> WITHOUT_POLICY =
      List.of(
          "docs/guide/install.md",
          "docs/guide/share-state-over-valkey.md",
          "docs/guide/uninstall.md",
          "docs/guide/upgrade.md",
          "docs/guide/watch-with-prometheus.md",
          "docs/guide/what-happens-when-parts-fail.md");

  @TempDir private Path directory;

  @TestFactory
  Stream<DynamicTest> everyPolicyCompiles() {
    return MarkdownPage.guide().stream()
        .flatMap(page ->
            policies(page)
                .map(block ->
                    DynamicTest.dynamicTest(page.place(block), () -> compiles(page, block))));
  }

  @Test
  void everyPageOfATaskShowsAPolicy() {
    assertThat(MarkdownPage.guide())
        .filteredOn(page -> policies(page).findAny().isEmpty())
        .extracting(page -> page.file().toString())
        .containsExactlyInAnyOrderElementsOf(WITHOUT_POLICY);
  }

  @TestFactory
  Stream<DynamicTest> everyFileThatIsShownIsThatFile() {
    return MarkdownPage.guide().stream()
        .flatMap(page ->
            page.blocks().stream()
                .filter(block -> !block.noteOf("file").isEmpty())
                .map(block ->
                    DynamicTest.dynamicTest(
                        page.place(block),
                        () ->
                            assertThat(
                                    Files.readString(
                                        MarkdownPage.HOME.resolve(block.noteOf("file"))))
                                .contains(block.text()))));
  }

  @TestFactory
  Stream<DynamicTest> whatValidateSaysIsWhatItSays() {
    List<DynamicTest> tests = new ArrayList<>();
    for (MarkdownPage page : MarkdownPage.guide()) {
      Block policy = null;
      for (Block block : page.blocks()) {
        Block about = policy;
        if (isPolicy(block)) {
          policy = block;
        } else if (about != null && block.note().equals("said")) {
          tests.add(
              DynamicTest.dynamicTest(
                  page.place(block), () -> assertThat(said(about)).isEqualTo(block.text())));
        }
      }
    }
    return tests.stream();
  }

  private static Stream<Block> policies(MarkdownPage page) {
    return page.blocks("yaml").filter(GuidePoliciesTest::isPolicy);
  }

  private static boolean isPolicy(Block block) {
    return block.language().equals("yaml")
        && block.text().contains("apiVersion: portcullis.dev/v1alpha1\n");
  }

  private void compiles(MarkdownPage page, Block block) throws IOException {
    List<String> errors =
        diagnostics(block).stream()
            .filter(Diagnostic::isError)
            .map(diagnostic -> diagnostic.code().id())
            .toList();
    String refused = block.noteOf("refused");
    assertThat(errors)
        .as("%s: %s", page.place(block), said(block))
        .isEqualTo(refused.isEmpty() ? List.of() : List.of(refused.split(", ")));
  }

  private String said(Block block) throws IOException {
    return DiagnosticText.plain(diagnostics(block)).replace(directory + "/", "");
  }

  /** What {@code portcullis validate} says of a block. */
  private List<Diagnostic> diagnostics(Block block) throws IOException {
    Path file = directory.resolve("policies.yaml");
    Files.writeString(file, block.text());
    FileSet files = PolicyFiles.read(List.of(file));
    CompileResult result =
        PolicyCompiler.compile(files.policySet(new KnownServices.Unknown(), false));
    List<Diagnostic> all = new ArrayList<>(files.diagnostics());
    all.addAll(result.diagnostics());
    Collections.sort(all);
    return all;
  }
}

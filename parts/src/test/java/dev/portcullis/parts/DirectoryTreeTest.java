// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.parts;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryTreeTest {
  @TempDir Path directory;

  @Test
  void removesEverythingButWhatALinkPointsTo() throws IOException {
    Path kept = Files.writeString(directory.resolve("kept"), "");
    Path root = directory.resolve("root");
    Files.createDirectories(root.resolve("a/b"));
    Files.writeString(root.resolve("a/b/file"), "");
    Files.createSymbolicLink(root.resolve("link"), kept);

    DirectoryTree.delete(root);

    assertThat(root).doesNotExist();
    assertThat(kept).exists();
    DirectoryTree.delete(root);
  }

  @Test
  void leavesNothingWhenTwoRemoveTheSame() throws IOException {
    Path root = directory.resolve("root");
    for (int i = 0; i < 300; i++) {
      Files.writeString(
          Files.createDirectories(root.resolve("d" + i % 30 + "/" + i)).resolve("f"), "");
    }
    CompletableFuture.allOf(
            Stream.generate(() -> CompletableFuture.runAsync(() -> delete(root)))
                .limit(4)
                .toArray(CompletableFuture[]::new))
        .join();
    assertThat(root).doesNotExist();
  }

  private static void delete(Path root) {
    try {
      DirectoryTree.delete(root);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}

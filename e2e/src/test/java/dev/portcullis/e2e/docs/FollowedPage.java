// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.e2e.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.cli.Main;
import dev.portcullis.parts.Home;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * A page whose commands are run, in their order, in an empty directory, as a reader would. Comments
 * above a block say more:
 *
 * <ul>
 *   <li>{@code saved: FILE}: the reader has saved the block
 *   <li>{@code exits: 1}: the commands of the block end by this code, else by 0
 *   <li>{@code prints}: the commands above print just this
 *   <li>{@code cluster}: needs a cluster, and is not run here
 * </ul>
 *
 * <p>What a page starts in the background it ends itself; ids in files {@code *.pid} are of
 * processes that are ended when it fails before.
 */
record FollowedPage(String name, Path home) {
  private static final long LIMIT_SECONDS = 60;

  void follow() throws IOException, InterruptedException {
    MarkdownPage page = MarkdownPage.read(MarkdownPage.HOME.resolve(name));
    installPortcullis();
    String printed = "";
    int runs = 0;
    try {
      for (MarkdownPage.Block block : page.blocks()) {
        if (!block.noteOf("saved").isEmpty()) {
          Files.writeString(home.resolve(block.noteOf("saved")), block.text());
        } else if (block.note().equals("prints")) {
          assertThat(printed).as(page.place(block)).isEqualTo(block.text());
        } else if (block.language().equals("sh") && !block.note().equals("cluster")) {
          String code = block.noteOf("exits");
          printed = run(page.place(block), block.text(), code.isEmpty() ? "0" : code);
          runs++;
        }
      }
    } finally {
      endWhatIsLeft();
    }
    assertThat(runs).isPositive();
  }

  /** {@code ./portcullis}, by the classes under test. */
  private void installPortcullis() throws IOException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String script =
        "#!/bin/sh\nexec '%s' '-Dportcullis.home=%s' -cp '%s' %s \"$@\"\n"
            .formatted(
                java,
                Home.directory(),
                Objects.requireNonNull(System.getProperty("java.class.path")),
                Main.class.getName());
    Path program = Files.writeString(home.resolve("portcullis"), script);
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private String run(String place, String commands, String wanted)
      throws IOException, InterruptedException {
    Path out = Files.createTempFile(home, ".run", ".out");
    Path err = Files.createTempFile(home, ".run", ".err");
    Process process =
        new ProcessBuilder("bash", "-euo", "pipefail", "-c", commands)
            .directory(home.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    try {
      assertThat(process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)).as(place).isTrue();
      assertThat(String.valueOf(process.exitValue()))
          .as("%s: %s%s", place, Files.readString(out), Files.readString(err))
          .isEqualTo(wanted);
      return Files.readString(out);
    } finally {
      process.destroyForcibly();
    }
  }

  private void endWhatIsLeft() throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(home, "*.pid")) {
      for (Path file : files) {
        ProcessHandle.of(Long.parseLong(Files.readString(file).strip()))
            .ifPresent(ProcessHandle::destroy);
      }
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.compiler.diagnostic.Diagnostic;
import dev.portcullis.compiler.diagnostic.DiagnosticCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PolicyFilesTest {
  private static final String POLICY =
      """
      apiVersion: portcullis.dev/v1alpha1
      kind: ApiPolicy
      metadata: {name: %s, namespace: shop}
      spec: {targetRefs: [{kind: Service, name: orders}]}
      """;

  @TempDir Path directory;

  @Test
  void readsDirectoriesDownwardsInTheOrderOfNames() throws IOException {
    write("b.yaml", POLICY.formatted("b"));
    write("a/c.yml", POLICY.formatted("c"));
    write("a/d.json", "{\"apiVersion\": \"v1\", \"kind\": \"ConfigMap\"}");
    write("a/readme.md", "not YAML: [");
    write(".hidden/e.yaml", "not YAML: [");

    FileSet files = PolicyFiles.read(List.of(directory));

    assertThat(files.files().keySet())
        .extracting(name -> directory.relativize(Path.of(name)).toString())
        .containsExactly("a/c.yml", "a/d.json", "b.yaml");
    assertThat(files.diagnostics()).isEmpty();
    assertThat(files.readable()).isTrue();
  }

  @Test
  void saysOfAMissingFileThatItIsMissing() {
    FileSet files = PolicyFiles.read(List.of(directory.resolve("nothing.yaml")));

    assertThat(files.diagnostics())
        .extracting(Diagnostic::toString)
        .containsExactly(
            directory.resolve("nothing.yaml") + ": error[PC1001]: there is no such file");
    assertThat(files.readable()).isFalse();
  }

  @Test
  void saysOfAnEmptyDirectoryThatItIsEmpty() {
    assertThat(PolicyFiles.read(List.of(directory)).diagnostics())
        .extracting(Diagnostic::code)
        .containsExactly(DiagnosticCode.NOTHING_FOUND);
  }

  @Test
  void refusesBytesThatAreNotUtf8() throws IOException {
    Files.write(directory.resolve("a.yaml"), new byte[] {'a', ':', ' ', (byte) 0xff});

    assertThat(PolicyFiles.read(List.of(directory)).diagnostics())
        .extracting(Diagnostic::message)
        .containsExactly("the file is not UTF-8");
  }

  @Test
  void endsAtALinkToAParent() throws IOException {
    write("a.yaml", POLICY.formatted("a"));
    Files.createSymbolicLink(directory.resolve("loop"), directory);

    FileSet files = PolicyFiles.read(List.of(directory));

    assertThat(files.problems())
        .extracting(Diagnostic::code)
        .containsExactly(DiagnosticCode.FILE_UNREADABLE);
    assertThat(files.diagnostics()).hasSizeLessThan(100);
  }

  @Test
  void doesNotParseAnUnchangedFileAgain() throws IOException {
    write("a.yaml", POLICY.formatted("a"));
    write("b.yaml", POLICY.formatted("b"));
    FileSet first = PolicyFiles.read(List.of(directory));
    write("b.yaml", POLICY.formatted("c"));

    FileSet second = PolicyFiles.read(List.of(directory), first);

    String a = directory.resolve("a.yaml").toString();
    String b = directory.resolve("b.yaml").toString();
    assertThat(second.files().get(a)).isSameAs(first.files().get(a));
    assertThat(second.files().get(b)).isNotEqualTo(first.files().get(b));
  }

  @Test
  void keepsWhatABrokenFileHeldUntilItIsMended() throws IOException {
    write("a.yaml", POLICY.formatted("a"));
    FileSet good = PolicyFiles.read(List.of(directory));

    write("a.yaml", "kind: [");
    FileSet broken = PolicyFiles.read(List.of(directory), good).keepingReadable(good);
    write("a.yaml", "kind: {");
    FileSet worse = PolicyFiles.read(List.of(directory), broken).keepingReadable(broken);
    write("a.yaml", POLICY.formatted("a"));
    FileSet mended = PolicyFiles.read(List.of(directory), worse).keepingReadable(worse);

    assertThat(List.of(broken, worse))
        .allSatisfy(files -> {
          assertThat(files.readable()).isFalse();
          assertThat(names(files)).containsExactly("a");
          assertThat(files.diagnostics())
              .extracting(Diagnostic::code)
              .containsExactly(DiagnosticCode.YAML_MALFORMED);
        });
    assertThat(mended.readable()).isTrue();
    assertThat(mended.diagnostics()).isEmpty();
    assertThat(names(mended)).containsExactly("a");
  }

  @Test
  void showsNothingOfSecrets() throws IOException {
    write(
        "a.yaml",
        """
        apiVersion: v1
        kind: Secret
        metadata: {name: a, namespace: shop}
        stringData: {b: hunter2}
        data: {c: "hunter2 is not base64"}
        """);

    assertThat(PolicyFiles.read(List.of(directory)).toString()).doesNotContain("hunter2");
  }

  private static List<String> names(FileSet files) {
    return files.files().values().stream()
        .flatMap(content -> content.policies().stream())
        .map(policy -> policy.ref().name())
        .toList();
  }

  private void write(String name, String text) throws IOException {
    Path file = directory.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.crds;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A document that the API server must accept, or refuse.
 *
 * @param refusal part of the message with which it is refused, from the file's first line; null:
 *     accepted
 */
record ValidationCase(Path file, String kind, JsonNode document, @Nullable String refusal) {
  private static final Path DIRECTORY =
      Path.of(
          Objects.requireNonNull(System.getProperty("portcullis.home")),
          "crds/src/test/resources/validation");
  private static final String MARK = "# Refused: ";

  /** All cases, {@code <Kind>/{valid,invalid}-<field>-<why>.yaml}. */
  static List<ValidationCase> all() {
    try (var files = Files.walk(DIRECTORY)) {
      return files.filter(Files::isRegularFile).sorted().map(ValidationCase::read).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The case that uses every field of a kind at least once. */
  static ValidationCase everything(String kind) {
    return read(DIRECTORY.resolve(kind).resolve("valid-spec-everything.yaml"));
  }

  /** The case that has only what must be there. */
  static ValidationCase minimal(String kind) {
    return read(DIRECTORY.resolve(kind).resolve("valid-spec-minimal.yaml"));
  }

  String name() {
    return DIRECTORY.relativize(file).toString();
  }

  private static ValidationCase read(Path file) {
    String text = readString(file);
    String name = file.getFileName().toString();
    boolean marked = text.startsWith(MARK);
    if (!name.matches(marked ? "invalid-.+\\.yaml" : "valid-.+\\.yaml")) {
      throw new IllegalStateException(
          file + ": valid-*.yaml has no first line \"" + MARK + "…\", invalid-*.yaml has one");
    }
    JsonNode document = Serialization.unmarshal(text, JsonNode.class);
    return new ValidationCase(
        file,
        document.path("kind").asText(),
        document,
        marked ? text.lines().findFirst().orElseThrow().substring(MARK.length()) : null);
  }

  private static String readString(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

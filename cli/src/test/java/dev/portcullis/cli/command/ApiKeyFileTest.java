// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portcullis.cli.CommandException;
import dev.portcullis.policy.apikey.ApiKeyText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ApiKeyFileTest {
  private static final Instant NOW = Instant.parse("2026-11-21T00:00:00Z");
  private final ApiKeyText key = ApiKeyText.generate(new SecureRandom());

  @TempDir Path directory;

  @Test
  void findsTheKeyAmongOtherDocuments() throws IOException {
    assertThat(verdict("kind: ConfigMap\n---\n" + resource("client: acme"))).isEqualTo("valid");
  }

  @Test
  void comparesTheHash() throws IOException {
    String other = resource("client: acme").replace(key.sha256(), "0".repeat(64));
    assertThat(verdict(other)).startsWith("wrong secret");
  }

  @Test
  void tellsOfRevocationAndTimes() throws IOException {
    assertThat(verdict(resource("revoked: true"))).isEqualTo("revoked");
    assertThat(verdict(resource("expires: 2026-11-21T00:00:00Z")))
        .isEqualTo("expired at 2026-11-21T00:00:00Z");
    assertThat(verdict(resource("expires: 2026-11-21T00:00:01Z"))).isEqualTo("valid");
    assertThat(verdict(resource("notBefore: 2026-11-21T00:00:01Z"))).startsWith("not valid before");
    assertThat(verdict(resource("notBefore: 2026-11-21T00:00:00Z"))).isEqualTo("valid");
  }

  @Test
  void namesFileAndFieldOfWhatIsNoTime() {
    assertRefused(resource("expires: tomorrow"), "$.spec.expires of the ApiKey is tomorrow");
  }

  @Test
  void saysWhereTheYamlBreaks() {
    assertRefused("kind: [", "is not YAML", "line 1, column 8");
  }

  @Test
  void saysThatTheFileIsNotUtf8() throws IOException {
    Path file = Files.write(directory.resolve("key.yaml"), new byte[] {(byte) 0xff});
    assertThatThrownBy(() -> ApiKeyFile.verdict(file, key, NOW))
        .isInstanceOf(CommandException.class)
        .hasMessage(file + " is not UTF-8: save it as UTF-8");
  }

  @Test
  void saysThatTheFileIsMissing() {
    Path file = directory.resolve("missing.yaml");
    assertThatThrownBy(() -> ApiKeyFile.verdict(file, key, NOW))
        .isInstanceOf(CommandException.class)
        .hasMessage(file + " does not exist: check the path");
  }

  private void assertRefused(String text, String... says) {
    assertThatThrownBy(() -> verdict(text))
        .isInstanceOf(CommandException.class)
        .hasMessageStartingWith(directory.resolve("key.yaml").toString())
        .hasMessageContainingAll(says)
        .message()
        .doesNotContain("\n");
  }

  private String verdict(String text) throws IOException {
    Path file = Files.writeString(directory.resolve("key.yaml"), text);
    return ApiKeyFile.verdict(file, key, NOW);
  }

  private String resource(String field) {
    return """
    kind: ApiKey
    spec: {id: %s, sha256: %s, %s}
    """
        .formatted(key.id(), key.sha256(), field);
  }
}

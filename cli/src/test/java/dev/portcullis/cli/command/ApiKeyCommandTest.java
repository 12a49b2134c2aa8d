// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.portcullis.cli.CommandRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ApiKeyCommandTest {
  private static final Pattern KEY = Pattern.compile("pck_\\S+");

  @TempDir Path directory;

  @Test
  void theResourceOfANewKeyCompilesAndLetsItIn() throws IOException {
    CommandRun created =
        CommandRun.of(
            "apikey",
            "create",
            "--client",
            "acme",
            "--plan",
            "gold",
            "--scope",
            "orders.read",
            "--label",
            "api=orders",
            "-n",
            "shop",
            "--expires",
            "90d");
    assertThat(created.exitCode()).isZero();
    Path file = Files.writeString(directory.resolve("acme.yaml"), created.out());
    assertThat(created.out()).doesNotContain(key(created));
    assertThat(CommandRun.of("validate", file.toString()).out())
        .isEqualToIgnoringNewLines("1 policies and keys, 0 errors, 0 warnings");

    CommandRun verified = verify(key(created), "--resource", file.toString());
    assertThat(verified.exitCode()).isZero();
    assertThat(verified.out()).contains("resource: valid").doesNotContain(key(created));
  }

  @Test
  void writesKeyAndResourceAsJson() throws IOException {
    CommandRun created = CommandRun.of("apikey", "create", "--client", "acme", "-o", "json");
    assertThat(created.err()).isEmpty();
    JsonNode document = new JsonMapper().readTree(created.out());
    assertThat(document.path("resource").path("kind").asText()).isEqualTo("ApiKey");
    CommandRun verified = verify(document.path("key").asText(), "-o", "json");
    JsonNode answer = new JsonMapper().readTree(verified.out());
    assertThat(answer.path("sha256"))
        .isEqualTo(document.path("resource").path("spec").path("sha256"));
  }

  @Test
  void refusesAKeyThatTheFileDoesNotHold() throws IOException {
    Path file = Files.writeString(directory.resolve("a.yaml"), create().out());
    CommandRun run = verify(key(create()), "--resource", file.toString());
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.out()).contains("resource: unknown: no ApiKey in " + file);
  }

  @ParameterizedTest
  @CsvSource({"''", "hello", "pck_", "pck_AAAAAAAAAAAAAAAA_x"})
  void refusesWhatIsNoKey(String text) {
    CommandRun run = verify(text);
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.out()).isEmpty();
    assertThat(run.complaint()).startsWith("portcullis: error: this is not a Portcullis API key");
  }

  @Test
  void noticesATypingErrorWithoutRepeatingTheKey() {
    String key = key(create());
    char other = key.charAt(30) == 'a' ? 'b' : 'a';
    CommandRun run = verify(key.substring(0, 30) + other + key.substring(31));
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.complaint()).contains("mistyped").doesNotContain(key.substring(31));
  }

  @ParameterizedTest
  @CsvSource({
    "--expires, soon, neither a lifetime",
    "--expires, 2020-01-01T00:00:00Z, has passed already",
    "--name, Not A Name, cannot name a resource"
  })
  void saysWhatIsWrongWithAValue(String option, String value, String why) {
    CommandRun run = CommandRun.of("apikey", "create", "--client", "acme", option, value);
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.out()).isEmpty();
    assertThat(run.complaint()).contains(value, why);
  }

  @Test
  void makesNoKeyThatTheClusterWouldRefuse() {
    CommandRun run = CommandRun.of("apikey", "create", "--client", "acme", "--scope", "a b");
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.out()).isEmpty();
    assertThat(run.complaint()).startsWith("portcullis: error: ").contains("scope", "; fix: ");
  }

  @Test
  void wantsToKnowWhatToDoAndForWhom() {
    assertThat(List.of(CommandRun.of("apikey"), CommandRun.of("apikey", "create")))
        .allSatisfy(run -> {
          assertThat(run.exitCode()).isEqualTo(2);
          assertThat(run.complaint()).contains("; see portcullis apikey");
        });
  }

  private static CommandRun create() {
    return CommandRun.of("apikey", "create", "--client", "acme");
  }

  private static CommandRun verify(String key, String... more) {
    String[] arguments = new String[more.length + 2];
    arguments[0] = "apikey";
    arguments[1] = "verify";
    System.arraycopy(more, 0, arguments, 2, more.length);
    return CommandRun.reading(key + "\n", arguments);
  }

  private static String key(CommandRun created) {
    Matcher key = KEY.matcher(created.err());
    assertThat(key.find()).as(created.err()).isTrue();
    return key.group();
  }
}

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
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
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
  void writesTheCommandsThatPutAKeyIntoAStore() throws IOException {
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
            "--scope",
            "orders.write",
            "--label",
            "api=orders",
            "-n",
            "shop",
            "--expires",
            "2999-01-01T00:00:00Z",
            "-o",
            "valkey");
    assertThat(created.exitCode()).isZero();
    String key = key(created);
    String id = key.substring(4, 20);
    JsonNode hash = new JsonMapper().readTree(verify(key, "-o", "json").out()).path("sha256");
    assertThat(created.out())
        .isEqualToNormalizingNewlines(
            """
            HSET portcullis:key:shop:%1$s name "acme-%2$s" sha256 "%3$s" client "acme" plan "gold" \
            scopes "orders.read orders.write" expires "2999-01-01T00:00:00Z" label:api "orders"
            EXPIREAT portcullis:key:shop:%1$s 32472144000
            PUBLISH portcullis:keys shop:%1$s
            """
                .formatted(id, id.substring(0, 8).toLowerCase(Locale.ROOT), hash.asText()));
    assertThat(created.out()).doesNotContain(key);
  }

  @Test
  void aKeyForAStoreIsForANamespace() {
    CommandRun run = CommandRun.of("apikey", "create", "--client", "acme", "-o", "valkey");
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.out()).isEmpty();
    assertThat(run.complaint()).contains("--namespace");
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
  void aSuccessorHoldsBesideTheOldKeyForAWhile() throws IOException {
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
            "never");
    Path file = Files.writeString(directory.resolve("acme.yaml"), created.out());
    CommandRun rotated =
        CommandRun.of("apikey", "rotate", "--resource", file.toString(), "--overlap", "7d");
    assertThat(rotated.exitCode()).as(rotated.err()).isZero();
    Path both = Files.writeString(directory.resolve("rotated.yaml"), rotated.out());
    assertThat(CommandRun.of("validate", both.toString()).out())
        .isEqualToIgnoringNewLines("2 policies and keys, 0 errors, 0 warnings");
    for (CommandRun issued : List.of(created, rotated)) {
      assertThat(verify(key(issued), "--resource", both.toString()).out())
          .contains("resource: valid");
    }
    JsonNode keys =
        new JsonMapper()
            .readTree(CommandRun.of("apikey", "list", both.toString(), "-o", "json").out());
    assertThat(keys)
        .hasSize(2)
        .allSatisfy(key -> {
          assertThat(key.path("client").asText()).isEqualTo("acme");
          assertThat(key.path("plan").asText()).isEqualTo("gold");
          assertThat(key.path("scopes").path(0).asText()).isEqualTo("orders.read");
          assertThat(key.path("labels").path("api").asText()).isEqualTo("orders");
          assertThat(key.path("namespace").asText()).isEqualTo("shop");
          assertThat(key.path("state").asText()).isEqualTo("valid");
        });
    Instant now = Instant.now();
    assertThat(List.of(keys.path(0), keys.path(1)))
        .extracting(
            key -> Duration.between(now, Instant.parse(key.path("expires").asText())).toDays())
        .containsExactlyInAnyOrder(6L, 89L);
  }

  @Test
  void theOldKeyNeverLivesLongerAndKeepsWhatElseItsResourceSays() throws IOException {
    String before = "2999-01-01T00:00:00Z";
    String created =
        CommandRun.of("apikey", "create", "--client", "acme", "--expires", before).out();
    Path file =
        Files.writeString(
            directory.resolve("acme.yaml"),
            created.replace("metadata:\n", "metadata:\n  annotations: {team: crew}\n"));
    JsonNode both = rotate(file, "--overlap", "999999y");
    assertThat(both.path("old").path("spec").path("expires").asText()).isEqualTo(before);
    assertThat(both.path("old").path("metadata").path("annotations").path("team").asText())
        .isEqualTo("crew");
    assertThat(both.path("resource").path("metadata").has("annotations")).isFalse();
    assertThat(both.path("resource").path("spec").path("id"))
        .isNotEqualTo(both.path("old").path("spec").path("id"));
    JsonNode atOnce = rotate(file, "--overlap", "0h");
    assertThat(Instant.parse(atOnce.path("old").path("spec").path("expires").asText()))
        .isBeforeOrEqualTo(Instant.now());
  }

  @ParameterizedTest
  @CsvSource({
    "'  revoked: true\n', is revoked",
    "'  expires: 2020-01-01T00:00:00Z\n', expired at 2020-01-01T00:00:00Z",
    "'  expires: soon\n', write a time"
  })
  void aKeyThatHasEndedHasNoSuccessor(String line, String why) throws IOException {
    String created =
        CommandRun.of("apikey", "create", "--client", "acme", "--expires", "never").out();
    Path file = Files.writeString(directory.resolve("acme.yaml"), created + line);
    CommandRun run = CommandRun.of("apikey", "rotate", "--resource", file.toString());
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.out()).isEmpty();
    assertThat(run.complaint()).contains(file.toString(), why);
  }

  @Test
  void wantsToKnowWhichKeyToReplace() throws IOException {
    Path file = directory.resolve("two.yaml");
    Files.writeString(file, create().out() + "---\n" + create().out());
    CommandRun two = CommandRun.of("apikey", "rotate", "--resource", file.toString());
    assertThat(two.exitCode()).isEqualTo(1);
    assertThat(two.complaint()).contains("more than one ApiKey: say which of acme-");
    String name = two.complaint().replaceFirst(".*which of (\\S+), .*", "$1");
    assertThat(CommandRun.of("apikey", "rotate", name, "--resource", file.toString()).exitCode())
        .isZero();
    CommandRun other = CommandRun.of("apikey", "rotate", "b", "--resource", file.toString());
    assertThat(other.complaint()).contains("has no ApiKey b: it has acme-");
    assertThat(CommandRun.of("apikey", "rotate").exitCode()).isEqualTo(2);
    CommandRun both = CommandRun.of("apikey", "rotate", "-n", "a", "--resource", file.toString());
    assertThat(both.exitCode()).isEqualTo(2);
    CommandRun long1 =
        CommandRun.of("apikey", "rotate", name, "--resource", file.toString(), "--overlap", "long");
    assertThat(long1.complaint()).contains("--overlap long is no time such as");
  }

  @Test
  void listsWhatLetsNobodyInAsWell() throws IOException {
    Path file = directory.resolve("keys.yaml");
    String never = CommandRun.of("apikey", "create", "--client", "z", "--expires", "never").out();
    Files.writeString(
        file,
        never.replaceFirst("name: \\S+", "name: open")
            + "---\n"
            + never.replaceFirst("name: \\S+", "name: gone").replaceFirst("id: .", "id: X")
            + "  revoked: true\n---\n"
            + never.replaceFirst("name: \\S+", "name: early").replaceFirst("id: .", "id: Y")
            + "  notBefore: 2999-01-01T00:00:00Z\n---\n"
            + never.replaceFirst("name: \\S+", "name: late").replaceFirst("id: .", "id: Z")
            + "  expires: 2020-01-01T00:00:00Z\n");
    CommandRun run = CommandRun.of("apikey", "list", file.toString());
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out().lines().skip(2).map(line -> line.replaceAll(" +", " ")))
        .containsExactly(
            "✗ default early z - - never - not yet valid",
            "✗ default gone z - - never - revoked",
            "✗ default late z - - 2020-01-01T00:00:00Z - expired",
            "✓ default open z - - never - valid");
    assertThat(CommandRun.of("apikey", "list", file.toString(), "-n", "shop").out())
        .isEqualToIgnoringNewLines("There are no API keys.");
    Path broken = Files.writeString(directory.resolve("broken.yaml"), "a: [");
    CommandRun bad = CommandRun.of("apikey", "list", file.toString(), broken.toString());
    assertThat(bad.exitCode()).isEqualTo(1);
    assertThat(bad.out()).contains("open");
    assertThat(bad.err()).contains(broken + ":1:", "PC1002");
  }

  @Test
  void wantsToKnowWhatToDoAndForWhom() {
    assertThat(List.of(CommandRun.of("apikey"), CommandRun.of("apikey", "create")))
        .allSatisfy(run -> {
          assertThat(run.exitCode()).isEqualTo(2);
          assertThat(run.complaint()).contains("; see portcullis apikey");
        });
  }

  private static JsonNode rotate(Path file, String... more) throws IOException {
    List<String> arguments = new ArrayList<>(List.of("apikey", "rotate", "--resource"));
    arguments.add(file.toString());
    arguments.addAll(List.of("-o", "json"));
    arguments.addAll(List.of(more));
    CommandRun run = CommandRun.of(arguments.toArray(String[]::new));
    assertThat(run.exitCode()).as(run.err()).isZero();
    return new JsonMapper().readTree(run.out());
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

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.portcullis.cli.CommandRun;
import dev.portcullis.parts.Home;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ValidateCommandTest {
  @TempDir Path directory;

  @Test
  void isContentWithTheExamples() {
    CommandRun run = CommandRun.of("validate", example());
    assertThat(run.exitCode()).isZero();
    assertThat(run.err()).isEmpty();
    assertThat(run.out().lines().toList()).last().asString().endsWith(", 0 errors, 1 warning");
  }

  @ParameterizedTest
  @MethodSource("errors")
  void saysInOneLineWhatIsWrongWhereAndHowToMendIt(BadPolicies bad) {
    Path file = bad.in(directory);
    CommandRun run = CommandRun.of("validate", file.toString());
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).isEmpty();
    assertThat(run.out().lines().toList())
        .hasSize(2)
        .first()
        .asString()
        .startsWith(file + bad.place() + ": error[" + bad.code() + "]: ")
        .contains(bad.says())
        .containsPattern("; fix: .*" + java.util.regex.Pattern.quote(bad.fix()));
    assertThat(run.out().lines().toList()).last().asString().contains("1 error, 0 warnings");
  }

  static Stream<BadPolicies> errors() {
    return Stream.of(
        BadPolicies.MALFORMED,
        BadPolicies.UNKNOWN_FIELD,
        BadPolicies.WRONG_TYPE,
        BadPolicies.BROKEN_JWKS,
        BadPolicies.NO_JWKS,
        BadPolicies.BROKEN_SECRET,
        BadPolicies.NOT_UTF8);
  }

  @Test
  void onlyWarnsOfASecretThatTheClusterMayHave() {
    CommandRun run = CommandRun.of("validate", BadPolicies.DANGLING.in(directory).toString());
    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).contains("orders.yaml:12:16: warning[PC5003]").contains("shop/nope");
  }

  @Test
  void saysThatAFileIsMissing() {
    String missing = directory.resolve("no.yaml").toString();
    CommandRun run = CommandRun.of("validate", missing);
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.out())
        .startsWith(missing + ": error[PC1001]: there is no such file; fix: check the path");
  }

  @Test
  void saysThatADirectoryMayNotBeRead() throws IOException {
    Path closed = Files.createDirectory(directory.resolve("closed"));
    Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("---------"));
    assumeFalse(Files.isReadable(closed), "the superuser may read everything");
    CommandRun run = CommandRun.of("validate", closed.toString());
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.out()).startsWith(closed + ": error[PC1001]: it may not be read; fix: check");
  }

  @Test
  void warnsOfADirectoryWithoutPolicies() {
    CommandRun run = CommandRun.of("validate", directory.toString());
    assertThat(run.exitCode()).isZero();
    assertThat(run.out())
        .startsWith(directory + ": warning[PC1012]")
        .contains("; fix: name a file");
  }

  @Test
  void writesJsonForMachines() throws IOException {
    Path file = BadPolicies.WRONG_TYPE.in(directory);
    CommandRun run = CommandRun.of("validate", "-o", "json", file.toString());
    assertThat(run.exitCode()).isEqualTo(1);
    JsonNode document = new JsonMapper().readTree(run.out());
    assertThat(document.path("policies").asInt()).isEqualTo(1);
    JsonNode diagnostic = document.path("diagnostics").path(0);
    assertThat(diagnostic.path("code").asText()).isEqualTo("PC1010");
    assertThat(diagnostic.path("severity").asText()).isEqualTo("error");
    assertThat(diagnostic.path("file").asText()).isEqualTo(file.toString());
    assertThat(diagnostic.path("line").asInt()).isEqualTo(11);
    assertThat(diagnostic.path("column").asInt()).isEqualTo(20);
    assertThat(diagnostic.path("fix").asText()).isEqualTo("write a list");
  }

  /** What the schema of SARIF 2.1.0 asks for, and what code scanning reads. */
  @Test
  void writesSarifForCodeScanning() throws IOException {
    Path file = BadPolicies.WRONG_TYPE.in(directory);
    CommandRun run = CommandRun.of("validate", "-o", "sarif", file.toString());
    assertThat(run.exitCode()).isEqualTo(1);
    JsonNode log = new JsonMapper().readTree(run.out());
    assertThat(log.path("version").asText()).isEqualTo("2.1.0");
    assertThat(log.path("$schema").asText()).endsWith("sarif-schema-2.1.0.json");
    assertThat(log.path("runs")).hasSize(1);
    JsonNode driver = log.path("runs").path(0).path("tool").path("driver");
    assertThat(driver.path("name").asText()).isEqualTo("portcullis");
    assertThat(driver.path("version").asText()).matches("\\d+\\.\\d+\\.\\d+");
    JsonNode results = log.path("runs").path(0).path("results");
    assertThat(results).isNotEmpty();
    for (JsonNode result : results) {
      JsonNode rule = driver.path("rules").path(result.path("ruleIndex").asInt(-1));
      assertThat(rule.path("id")).isEqualTo(result.path("ruleId"));
      assertThat(rule.path("shortDescription").path("text").asText()).isNotBlank();
      assertThat(result.path("level").asText()).isIn("error", "warning", "note");
      assertThat(result.path("message").path("text").asText()).isNotBlank();
    }
    JsonNode first = results.path(0);
    assertThat(first.path("ruleId").asText()).isEqualTo("PC1010");
    JsonNode place = first.path("locations").path(0).path("physicalLocation");
    assertThat(place.path("artifactLocation").path("uri").asText())
        .isEqualTo(file.toUri().toString());
    assertThat(place.path("region").path("startLine").asInt()).isEqualTo(11);
    assertThat(place.path("region").path("startColumn").asInt()).isEqualTo(20);
  }

  @Test
  void namesFilesInSarifAsTheyWereNamedAndWithEscapes() throws IOException {
    Path here = Path.of("").toAbsolutePath();
    Path file =
        Files.copy(BadPolicies.WRONG_TYPE.in(directory), directory.resolve("two words.yaml"));
    String relative = here.relativize(file).toString();
    JsonNode log =
        new JsonMapper().readTree(CommandRun.of("validate", "-o", "sarif", relative).out());
    String uri =
        log.path("runs")
            .path(0)
            .path("results")
            .path(0)
            .path("locations")
            .path(0)
            .path("physicalLocation")
            .path("artifactLocation")
            .path("uri")
            .asText();
    assertThat(uri).endsWith("two%20words.yaml").doesNotContain(" ");
    assertThat(Path.of(here.toUri().resolve(uri))).isEqualTo(file);
  }

  @Test
  void aLogWithoutResultsIsStillOne() throws IOException {
    CommandRun run =
        CommandRun.of(
            "validate",
            "-o",
            "sarif",
            Home.directory().resolve("examples/workload-identity/policies.yaml").toString());
    assertThat(run.exitCode()).isZero();
    JsonNode first = new JsonMapper().readTree(run.out()).path("runs").path(0);
    assertThat(first.path("results").isArray()).isTrue();
    assertThat(first.path("results")).isEmpty();
  }

  @Test
  void wantsAPath() {
    CommandRun run = CommandRun.of("validate");
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.complaint()).contains("PATH").contains("see portcullis validate --help");
  }

  @Test
  void saysWhichOutputsThereAre() {
    CommandRun run = CommandRun.of("validate", example(), "-o", "xml");
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.complaint()).contains("xml").contains("TEXT, JSON, SARIF");
  }

  private static String example() {
    return Home.directory().resolve("examples/gateway").toString();
  }
}

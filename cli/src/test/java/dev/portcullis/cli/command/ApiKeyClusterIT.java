// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.portcullis.cli.CommandRun;
import dev.portcullis.parts.ApiServer;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** API keys in a real API server: what the command prints is what kubectl applies. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // the API server starts before the tests, not before the class
class ApiKeyClusterIT {
  private ApiServer kubernetes;

  @BeforeAll
  void start() {
    kubernetes = ApiServer.start();
    kubernetes.applyCrds();
  }

  @AfterAll
  void stop() {
    kubernetes.close();
  }

  @Test
  void aKeyOfTheClusterIsReplacedAndListed() throws IOException {
    CommandRun created =
        CommandRun.of(
            "apikey",
            "create",
            "--client",
            "acme",
            "--plan",
            "gold",
            "--name",
            "acme",
            "--label",
            "api=orders",
            "-n",
            "default",
            "--expires",
            "never");
    kubernetes.kubectlReading(created.out(), "apply", "-f", "-").orThrow();
    kubernetes.kubectl("annotate", "apikey", "acme", "team=crew").orThrow();

    CommandRun rotated =
        CommandRun.of(
            "apikey",
            "rotate",
            "acme",
            "--name",
            "acme-2",
            "--overlap",
            "2w",
            "--kubeconfig",
            kubeconfig());
    assertThat(rotated.exitCode()).as(rotated.err()).isZero();
    assertThat(rotated.out()).doesNotContain("last-applied");
    kubernetes.kubectlReading(rotated.out(), "apply", "-f", "-").orThrow();

    kubernetes
        .kubectl(
            "patch",
            "apikey",
            "acme",
            "--subresource=status",
            "--type=merge",
            "-p",
            "{\"status\":{\"lastUsed\":\"2026-11-22T20:00:00Z\"}}")
        .orThrow();
    CommandRun listed = CommandRun.of("apikey", "list", "-o", "json", "--kubeconfig", kubeconfig());
    assertThat(listed.exitCode()).as(listed.err()).isZero();
    JsonNode keys = new JsonMapper().readTree(listed.out());
    assertThat(keys).hasSize(2);
    assertThat(keys.path(0).path("name").asText()).isEqualTo("acme");
    assertThat(keys.path(0).has("expires")).isTrue();
    assertThat(keys.path(0).path("lastUsed").asText()).isEqualTo("2026-11-22T20:00:00Z");
    assertThat(keys.path(1).has("lastUsed")).isFalse();
    assertThat(keys.path(1).path("name").asText()).isEqualTo("acme-2");
    assertThat(keys.path(1).path("plan").asText()).isEqualTo("gold");
    assertThat(keys.path(1).path("labels").path("api").asText()).isEqualTo("orders");
    assertThat(kubernetes.kubectl("get", "apikey", "acme", "-o", "yaml").orThrow())
        .contains("team: crew");
    assertThat(CommandRun.of("apikey", "list", "-n", "other", "--kubeconfig", kubeconfig()).out())
        .isEqualToIgnoringNewLines("There are no API keys.");
  }

  @Test
  void saysThatTheClusterHasNoSuchKey() {
    CommandRun run =
        CommandRun.of("apikey", "rotate", "nobody", "-n", "default", "--kubeconfig", kubeconfig());
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.complaint()).contains("no ApiKey nobody in the namespace default");
  }

  private String kubeconfig() {
    return kubernetes.kubeconfigFile().toString();
  }
}

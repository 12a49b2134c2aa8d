// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.cli.CommandRun;
import dev.portcullis.parts.ApiServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The policies in force are those of a real API server; it runs no pods that could log. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // the API server starts before the tests, not before the class
class PreviewClusterIT {
  private static final String BASELINE =
      """
      apiVersion: portcullis.dev/v1alpha1
      kind: ApiPolicy
      metadata: {name: %s, namespace: default}
      spec:
        targetRefs: [{kind: %s, name: %s}]
        authentication: {methods: [{name: public, anonymous: {}}]}
        authorization: {rules: [{name: %s}]}
      """;

  @TempDir Path directory;
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
  void putsThePlanBesideWhatIsInForce() throws IOException {
    kubernetes
        .kubectlReading(
            BASELINE
                    .formatted("baseline", "Namespace", "default", "any")
                    .replace(
                        "methods: [",
                        "methods: [{name: staff, jwt: {issuer: 'https://idp', audiences: [a],"
                            + " jwks: {secretRef: {name: keys, key: jwks}}}}, ")
                + """
                  ipAccess: {denyLists: [{configMapRef: {name: bad}}]}
                ---
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: bad, namespace: default}
                data: {bad: "198.51.100.0/24"}
                """,
            "apply",
            "-f",
            "-")
        .orThrow();
    Path log =
        Files.writeString(
            directory.resolve("decisions.jsonl"),
            """
            {"time":"%s","decisionId":"0B4QJ3KJ9Q4M2V7T1X8ZC5R6WN","requestId":"1",\
            "route":"default/orders","outcome":"allow","phase":"AUTHORIZATION","client":"192.0.2.7",\
            "method":"GET","host":"orders","path":"/orders/7","protocol":"HTTP/1.1","headers":[],\
            "auth":{"method":"public","authenticated":false},"durationMicros":80}
            """
                .formatted(Instant.now().minusSeconds(60)));
    Path plan =
        Files.writeString(
            directory.resolve("plan.yaml"),
            BASELINE
                .formatted("orders", "Service", "orders", "write")
                .replace("{name: write}", "{name: write, match: [{methods: [POST]}]}"));
    CommandRun run =
        CommandRun.of(
            "preview",
            "-f",
            plan.toString(),
            "--decisions",
            log.toString(),
            "--kubeconfig",
            kubeconfig(),
            "--strict");
    assertThat(run.err()).isEmpty();
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.out())
        .contains("1 on default/orders: NO_RULE_ALLOWS by ApiPolicy default/orders");

    CommandRun nobody =
        CommandRun.of("preview", "-f", plan.toString(), "--kubeconfig", kubeconfig());
    assertThat(nobody.exitCode()).isEqualTo(3);
    assertThat(nobody.err()).contains("no decision service runs in namespace portcullis-system");
  }

  private String kubeconfig() {
    try {
      return Files.writeString(directory.resolve("kubeconfig"), kubernetes.kubeconfig()).toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.portcullis.cli.CommandRun;
import dev.portcullis.parts.FreePorts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExplainCommandTest {
  private static final String ID = "0B4QJ3KJ9Q4M2V7T1X8ZC5R6WN";
  private static final String POLICIES =
      """
      apiVersion: portcullis.dev/v1alpha1
      kind: ApiPolicy
      metadata: {name: everywhere, namespace: shop}
      spec:
        targetRefs: [{kind: Namespace, name: shop}]
        authorization: {rules: [{name: any}]}
      ---
      apiVersion: portcullis.dev/v1alpha1
      kind: ApiPolicy
      metadata: {name: orders, namespace: shop}
      spec:
        targetRefs: [{kind: Service, name: orders}]
        authentication:
          methods:
          - name: employees
            jwt:
              issuer: https://idp.example.com/
              audiences: [orders]
              jwks: {uri: "https://idp.example.com/jwks"}
          - {name: public, anonymous: {}}
        authorization:
          rules:
          - name: trial
            effect: Deny
            mode: Shadow
            when: request.headers["x-tenant"] == "acme"
          - {name: read, match: [{methods: [GET]}]}
          - {name: write, match: [{methods: [POST]}], scopes: [orders.write]}
      """;
  private static final String REQUEST =
      """
      service: shop/orders
      request:
        method: POST
        path: /orders/7?token=swordfish
        headers: {x-tenant: acme, cookie: a=swordfish}
        from: 192.0.2.7
      """;
  private static final String TEST =
      """
      apiVersion: portcullis.dev/v1alpha1
      kind: PolicyTest
      policies: [policies.yaml]
      services: [shop/orders]
      issuers:
        idp: {algorithm: ES256, uri: "https://idp.example.com/jwks"}
      tokens:
        alice:
          issuer: idp
          claims: {iss: "https://idp.example.com/", aud: orders, sub: alice, ssn: "123-45-6789"}
      cases:
      - name: alice reads
        request: {path: /orders, headers: {x-tenant: b, authorization: "Bearer ${token.alice}"}}
        expect: {status: 200}
      - name: alice writes
        request: {method: POST, headers: {authorization: "Bearer ${token.alice}"}}
        expect: {status: 403}
      """;

  @TempDir Path directory;

  @BeforeEach
  void write() throws IOException {
    Files.writeString(directory.resolve("policies.yaml"), POLICIES);
    Files.writeString(directory.resolve("request.yaml"), REQUEST);
    Files.writeString(directory.resolve("test.yaml"), TEST);
  }

  @Test
  void saysWhichStepsAndRulesLedToARefusal() {
    CommandRun run = explainRequest();
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out())
        .startsWith("Refused: 403 NO_RULE_ALLOWS by ApiPolicy shop/orders\n")
        .contains("POST /orders/7?token=[redacted] of orders.shop, from 192.0.2.7")
        .contains("  cookie: [redacted]")
        .contains("  protocol has nothing against it (")
        .contains("  authentication of ApiPolicy shop/orders allows by public (")
        .contains("  authorization of ApiPolicy shop/orders refuses: NO_RULE_ALLOWS (")
        .contains("    trial (shadow) applies: request.headers[\"x-tenant\"] == \"acme\"")
        .contains("    read is about other requests")
        .contains("    write the caller lacks a scope")
        .contains("reads request.method, request.path, request.headers, auth.scopes")
        .contains("In shadow: would have refused with RULE_DENIED by trial of ApiPolicy")
        .contains("  authorization: ApiPolicy shop/orders, overrides ApiPolicy shop/everywhere")
        .doesNotContain("swordfish");
  }

  @Test
  void saysTheSameToPrograms() throws IOException {
    CommandRun run = explainRequest("--output", "json");
    JsonNode json = new JsonMapper().readTree(run.out());
    assertThat(json.path("reason").asText()).isEqualTo("NO_RULE_ALLOWS");
    assertThat(json.path("steps"))
        .extracting(step -> step.path("section").asText())
        .containsExactly("protocol", "authentication", "authorization");
    assertThat(json.path("steps").path(2).path("looked"))
        .extracting(look -> look.path("found").asText())
        .containsExactly("APPLIES", "OTHER_REQUEST", "SCOPES_MISSING");
    assertThat(json.path("effective").path("sections").path(1).path("overridden").path(0).asText())
        .isEqualTo("ApiPolicy shop/everywhere");
  }

  @Test
  void decidesACaseOfAPolicyTestAndTellsNoClaim() {
    CommandRun run =
        CommandRun.of(
            "explain", "--request", directory.resolve("test.yaml").toString(), "--case", "reads");
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out())
        .startsWith("Allowed by read of ApiPolicy shop/orders\n")
        .contains("  subject: alice")
        .doesNotContain("123-45-6789", "eyJ");
  }

  @Test
  void asksWhichCaseIsMeant() {
    String test = directory.resolve("test.yaml").toString();
    CommandRun which = CommandRun.of("explain", "--request", test);
    assertThat(which.exitCode()).isEqualTo(1);
    assertThat(which.err()).contains("say which case is meant: alice reads, alice writes");
    CommandRun none = CommandRun.of("explain", "--request", test, "--case", "bob");
    assertThat(none.err()).contains("no case has \"bob\" in its name");
  }

  @Test
  void takesKeysFromAFileAndSaysSoWhenTheyAreMissing() throws IOException {
    CommandRun missing =
        CommandRun.of(
            "explain",
            "--request",
            directory.resolve("request.yaml").toString(),
            "--policies",
            directory.resolve("policies.yaml").toString());
    assertThat(missing.exitCode()).isEqualTo(1);
    assertThat(missing.err()).contains("https://idp.example.com/jwks", "--jwks URI=FILE");
  }

  @Test
  void aPolicyWithAnErrorIsNotDecidedBy() throws IOException {
    Files.writeString(
        directory.resolve("policies.yaml"), POLICIES.replace("methods: [GET]", "methodz: [GET]"));
    CommandRun run = explainRequest();
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).contains("policies.yaml:", "methodz");
    assertThat(run.out()).isEmpty();
  }

  @Test
  void saysWhatIsWrongWithARequestFile() throws IOException {
    Path file = directory.resolve("request.yaml");
    Files.writeString(file, "request: {method: GET}\n");
    assertThat(explainRequest().err()).contains("it needs service and request");
    Files.writeString(file, "service: orders\nrequest: {method: GET}\n");
    assertThat(explainRequest().err()).contains("service orders is not NAMESPACE/NAME");
    Files.writeString(file, "service: shop/orders\nrequest: {metod: GET}\n");
    assertThat(explainRequest().err()).contains("request.yaml:2: ", "metod");
  }

  @Test
  void nobodyAnswers() {
    CommandRun run = CommandRun.of("explain", ID, "--admin", "127.0.0.1:" + FreePorts.next());
    assertThat(run.exitCode()).isEqualTo(3);
    assertThat(run.err()).contains("does not answer");
  }

  @Test
  void wrongUsageIsToldInOneLine() {
    assertThat(CommandRun.of("explain").exitCode()).isEqualTo(2);
    assertThat(CommandRun.of("explain", ID, "--request", "x.yaml").exitCode()).isEqualTo(2);
    assertThat(CommandRun.of("explain", ID, "--case", "x").exitCode()).isEqualTo(2);
    CommandRun run = CommandRun.of("explain", "815");
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("\"815\" is no decision id").hasLineCount(1);
  }

  private CommandRun explainRequest(String... more) {
    try {
      Path keys = Files.writeString(directory.resolve("jwks.json"), "{\"keys\":[]}");
      String[] arguments = {
        "explain",
        "--request",
        directory.resolve("request.yaml").toString(),
        "--policies",
        directory.resolve("policies.yaml").toString(),
        "--jwks",
        "https://idp.example.com/jwks=" + keys
      };
      String[] all = java.util.Arrays.copyOf(arguments, arguments.length + more.length);
      System.arraycopy(more, 0, all, arguments.length, more.length);
      return CommandRun.of(all);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}

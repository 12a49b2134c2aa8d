// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.portcullis.cli.CommandRun;
import dev.portcullis.parts.Home;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

class TestCommandTest {
  private static final String POLICY =
      """
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
        authorization:
          rules:
          - {name: read, match: [{methods: [GET]}]}
      """;
  private static final String SUITE =
      """
      apiVersion: portcullis.dev/v1alpha1
      kind: PolicyTest
      name: orders
      policies: [orders.yaml]
      services: [shop/orders]
      issuers:
        idp: {algorithm: ES256, uri: "https://idp.example.com/jwks"}
      tokens:
        alice: {issuer: idp, claims: {iss: "https://idp.example.com/", aud: orders, sub: alice}}
      cases:
      - name: alice reads
        request: {path: /orders, headers: {authorization: "Bearer ${token.alice}"}}
        expect: {status: 200, rule: read}
      - name: alice writes
        request: {method: POST, path: /orders, headers: {authorization: "Bearer ${token.alice}"}}
        expect: {status: 403}
      """;

  @TempDir Path directory;

  @BeforeEach
  void write() throws IOException {
    Files.writeString(directory.resolve("orders.yaml"), POLICY);
    Files.writeString(suite(), SUITE);
  }

  @Test
  void runsTheSuitesOfADirectory() {
    CommandRun run = CommandRun.of("test", directory.toString());
    assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
    assertThat(run.out()).isEqualToIgnoringNewLines("1 suite, 2 cases, 0 failed");
  }

  @Test
  void everyExampleHolds() {
    CommandRun run = CommandRun.of("test", Home.directory().resolve("examples").toString());
    assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
    assertThat(run.out()).endsWith(" cases, 0 failed\n");
  }

  @Test
  void saysWhereACaseStandsThatDoesNotHoldAndWhatDecidedIt() throws IOException {
    expect("status: 403", "status: 200, rule: write");
    CommandRun run = CommandRun.of("test", suite().toString(), "--all");
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.out().lines())
        .containsExactly(
            suite() + ":11: holds: alice reads",
            suite()
                + ":14: failed: alice writes: wanted status 200, got 403; wanted rule write, got"
                + " null (NO_RULE_ALLOWS: No rule allows this request)",
            "1 suite, 2 cases, 1 failed");
  }

  @Test
  void runsOnlyTheCasesThatAreNamed() {
    assertThat(CommandRun.of("test", suite().toString(), "--case", "writes").out())
        .isEqualToIgnoringNewLines("1 suite, 1 case, 0 failed");
    CommandRun none = CommandRun.of("test", suite().toString(), "--case", "deletes");
    assertThat(none.exitCode()).isEqualTo(1);
    assertThat(none.complaint()).endsWith("no case has \"deletes\" in its name");
  }

  @Test
  void aPolicyThatTheClusterWouldRefuseFailsItsSuite() throws IOException {
    Files.writeString(directory.resolve("orders.yaml"), POLICY.replace("audiences", "audience"));
    CommandRun run = CommandRun.of("test", suite().toString());
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.out())
        .contains(directory.resolve("orders.yaml") + ":11:9: error[PC1009]: ")
        .contains(", 1 error in policies");
  }

  @Test
  void writesJson() throws IOException {
    expect("status: 403", "status: 200");
    CommandRun run = CommandRun.of("test", suite().toString(), "-o", "json");
    assertThat(run.exitCode()).isEqualTo(1);
    JsonNode report = new JsonMapper().readTree(run.out());
    assertThat(report.path("failed").asInt()).isEqualTo(1);
    JsonNode writes = report.path("suites").path(0).path("cases").path(1);
    assertThat(writes.path("line").asInt()).isEqualTo(14);
    assertThat(writes.path("holds").asBoolean(true)).isFalse();
    assertThat(writes.path("reason").asText()).isEqualTo("NO_RULE_ALLOWS");
    assertThat(writes.path("differences").path(0).asText()).isEqualTo("wanted status 200, got 403");
  }

  @Test
  void writesJunitXmlThatSurvivesAnyName() throws Exception {
    Files.writeString(
        suite(),
        SUITE
            .replace("name: alice writes", "name: \"<&>\\u0001]]>\"")
            .replace("status: 403", "status: 200"));
    Path results = directory.resolve("build/results.xml");
    CommandRun run = CommandRun.of("test", suite().toString(), "--junit", results.toString());
    assertThat(run.exitCode()).isEqualTo(1);
    Document document =
        DocumentBuilderFactory.newDefaultInstance().newDocumentBuilder().parse(results.toFile());
    Element all = document.getDocumentElement();
    assertThat(all.getTagName()).isEqualTo("testsuites");
    Element suite = (Element) all.getElementsByTagName("testsuite").item(0);
    assertThat(suite.getAttribute("tests")).isEqualTo("3");
    assertThat(suite.getAttribute("failures")).isEqualTo("1");
    assertThat(suite.getAttribute("errors")).isEqualTo("0");
    assertThat(suite.getElementsByTagName("testcase").getLength()).isEqualTo(3);
    Element failed = (Element) suite.getElementsByTagName("testcase").item(2);
    assertThat(failed.getAttribute("name")).isEqualTo("<&>\uFFFD]]>");
    assertThat(failed.getAttribute("classname")).isEqualTo("orders");
    assertThat(Double.parseDouble(failed.getAttribute("time"))).isNotNegative();
    Element failure = (Element) failed.getElementsByTagName("failure").item(0);
    assertThat(failure.getAttribute("message")).isEqualTo("wanted status 200, got 403");
    assertThat(failure.getTextContent()).startsWith(suite() + ":14: ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "expect: {status: 403}|expect: {stauts: 403}|:16: $.cases[1].expect.stauts",
        "expect: {status: 403}|expect: {}|:16: case \"alice writes\" expects nothing",
        "services: [shop/orders]|services: []|:11: case \"alice reads\": service null",
        "ES256, uri|ES256, url|:7: $.issuers.idp.url",
        "uri: \"https://idp.example.com/jwks\"}|secret: a/b/c, uri: x}|:7: issuer idp needs",
        "kind: PolicyTest|kind: PolicyTests|:2: kind must be PolicyTest",
        "request: {path: /orders,|requests: {path: /orders,|:12: $.cases[0].requests",
        "cases:|cases: [|not YAML"
      })
  void saysWhereASuiteIsWrong(String right, String wrong, String says) throws IOException {
    assertThat(SUITE).contains(right);
    Files.writeString(suite(), SUITE.replace(right, wrong));
    CommandRun run = CommandRun.of("test", suite().toString());
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.out()).isEmpty();
    assertThat(run.complaint()).contains(suite().toString()).contains(says);
  }

  @Test
  void saysThatAnIssuerIsNotKnown() throws IOException {
    Files.writeString(
        directory.resolve("orders.yaml"), POLICY.replace("com/jwks", "com/other-jwks"));
    CommandRun run = CommandRun.of("test", suite().toString());
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.complaint())
        .contains("shop/orders does not load", "https://idp.example.com/other-jwks");
  }

  @Test
  void wantsAPathThatIsThereAndHoldsASuite() throws IOException {
    assertThat(CommandRun.of("test").exitCode()).isEqualTo(2);
    CommandRun missing = CommandRun.of("test", directory.resolve("none").toString());
    assertThat(missing.exitCode()).isEqualTo(1);
    assertThat(missing.complaint()).contains("does not exist");
    Files.delete(suite());
    CommandRun empty = CommandRun.of("test", directory.toString());
    assertThat(empty.exitCode()).isEqualTo(1);
    assertThat(empty.complaint()).contains("holds no suite");
  }

  private Path suite() {
    return directory.resolve("orders-test.yaml");
  }

  private void expect(String before, String now) throws IOException {
    Files.writeString(suite(), SUITE.replace(before, now));
  }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.expression;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.expression.CheckResult.Checked;
import dev.portcullis.expression.CheckResult.Rejected;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExpressionCheckerTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "auth.claims.role == \"agent\" && bot.score < 30",
        "!source.address.startsWith(\"10.\")",
        "request.headers[\"x-tenant\"] == auth.claims.tenant",
        "\"admin\" in auth.scopes",
        "request.path.matches(\"^/orders/[0-9]+$\")",
        "inCidr(source.address, \"10.0.0.0/8\")",
        "request.time.getHours(\"Europe/Berlin\") < 8",
        "request.headersAll[\"x-a\"].exists(v, v.lowerAscii() == \"b\")",
        "has(request.query.debug)",
        "bot.signals[\"headers\"] > 10",
        "auth.authenticated || source.principal != \"\""
      })
  void acceptsWhatTheDocumentationShows(String source) {
    assertThat(ExpressionChecker.check(source, ResultType.BOOL, Stage.IDENTIFIED))
        .isInstanceOf(Checked.class);
  }

  @Test
  void tellsWhichVariablesAreRead() {
    Checked checked =
        (Checked)
            ExpressionChecker.check(
                "bot.score > 60 && request.path == '/x'", ResultType.BOOL, Stage.IDENTIFIED);

    assertThat(checked.reads()).containsExactly(Variable.REQUEST_PATH, Variable.BOT_SCORE);
    assertThat(checked.needsIdentity()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          request.pth == "/"                | 1:1: unknown variable: request.pth (did you mean request.path?)
          auth.claim.role == "a"            | 1:1: unknown variable: auth.claim.role (did you mean auth.claims?)
          true && bott.score < 3            | 1:9: unknown variable: bott.score (did you mean bot.score?)
          route.operation == "x"            | 1:1: unknown variable: route.operation (there are route.name, route.labels)
          admin == "x"                      | 1:1: unknown variable: admin (variables begin with request, source, tls, auth, bot or route; put text in quotes)
          request.path.startWith("/a")      | 1:23: unknown function: startWith (did you mean startsWith?)
          inCIDR(source.address, "::/0")    | 1:7: unknown function: inCIDR (did you mean inCidr?)
          sets.intersect([""], [""])        | 1:1: unknown function: sets.intersect (did you mean sets.intersects?)
          request.path.frobnicate()         | 1:24: unknown function: frobnicate
          inCidr(source.address, ["10.0.0.0/8", "x"]) | 1:39: not an IP address: x (write a range such as "10.0.0.0/8" or "2001:db8::/32")
          inCidr(source.address, ["::/0", request.id]) | 1:40: inCidr takes a literal, not a computed text (write a range such as "10.0.0.0/8" or "2001:db8::/32")
          inCidr(source.address, auth.scopes) | 1:28: inCidr takes a literal, not a computed text (write a range such as "10.0.0.0/8" or "2001:db8::/32")
          pathMatches(request.path, "a/b")  | 1:27: path pattern "a/b" must start with / (write a pattern such as "/orders/{id}" or "/orders/**")
          pathMatches(request.path, request.id) | 1:34: pathMatches takes a literal, not a computed text (write a pattern such as "/orders/{id}" or "/orders/**")
          sets.contains(auth.scopes, [1])   | 1:14: sets.contains cannot be applied to (list(string), list(int))
          auth.amr == "mfa"                 | 1:10: == cannot be applied to (list(string), string)
          request.path == 3                 | 1:14: == cannot be applied to (string, int)
          request.path                      | 1:1: a condition must be true or false, but this is string (compare it with something, as in == "…")
          auth.claims.admin                 | 1:1: a condition must be true or false, but this is dyn (compare it with something, as in == "…")
          request.path ==                   | 1:16: syntax error: mismatched input the end of the expression
          request.path.matches("(")         | 1:22: not a regular expression: error parsing regexp: missing closing ): `(` (write the regular expression in RE2 syntax (no look-around))
          request.path.matches(request.id)  | 1:29: matches takes a literal, not a computed text (write the regular expression in RE2 syntax (no look-around))
          inCidr(source.address, "10.0.0.1/8") | 1:24: address has bits beyond its prefix: 10.0.0.1/8 (did you mean 10.0.0.0/8?) (write a range such as "10.0.0.0/8" or "2001:db8::/32")
          """)
  void saysWhatIsWrongAndWhere(String source, String problem) {
    Rejected rejected =
        (Rejected) ExpressionChecker.check(source, ResultType.BOOL, Stage.IDENTIFIED);

    assertThat(rejected.problems().getFirst()).hasToString(problem);
  }

  @Test
  void placesProblemsOnTheirLineAndCharacter() {
    String source = "request.path == \"é😀\" &&\n  auth.subjet == \"x\"";

    Rejected rejected =
        (Rejected) ExpressionChecker.check(source, ResultType.BOOL, Stage.IDENTIFIED);

    ExpressionProblem problem = rejected.problems().getFirst();
    assertThat(problem.line()).isEqualTo(2);
    assertThat(problem.column()).isEqualTo(3);
    assertThat(source.substring(problem.offset())).startsWith("auth.subjet");
  }

  @ParameterizedTest
  @ValueSource(strings = {"auth.subject == \"x\"", "bot.score > 3", "\"a\" in auth.scopes"})
  void refusesIdentityBeforeAnybodyIsIdentified(String source) {
    assertThat(ExpressionChecker.check(source, ResultType.BOOL, Stage.FLOOD))
        .isInstanceOfSatisfying(
            Rejected.class,
            rejected ->
                assertThat(rejected.problems().getFirst().message())
                    .contains("is not known yet when this is evaluated"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"auth.client", "source.address", "auth.claims.tenant", "bot.score", "true"})
  void takesScalarsAsKeys(String source) {
    assertThat(ExpressionChecker.check(source, ResultType.KEY_PART, Stage.IDENTIFIED))
        .isInstanceOf(Checked.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"auth.scopes", "request.headers", "request.time", "1.5", "[1]"})
  void refusesOtherKeys(String source) {
    assertThat(ExpressionChecker.check(source, ResultType.KEY_PART, Stage.IDENTIFIED))
        .isInstanceOf(Rejected.class);
  }

  @Test
  void takesWholeNumbersAsCosts() {
    for (String source : new String[] {"1", "2u", "int(request.query.size) / 100 + 1"}) {
      assertThat(ExpressionChecker.check(source, ResultType.COST, Stage.FLOOD))
          .isInstanceOf(Checked.class);
    }
    for (String source : new String[] {"1.5", "true", "auth.claims.weight", "\"1\""}) {
      assertThat(ExpressionChecker.check(source, ResultType.COST, Stage.IDENTIFIED))
          .isInstanceOf(Rejected.class);
    }
  }

  @Test
  void boundsLengthDepthAndRegularExpressions() {
    String tooLong = "true || ".repeat(600) + "true";
    String tooDeep = "(".repeat(40) + "true" + ")".repeat(40);
    String tooLarge = "request.path.matches(\"(a{50}){50}\")";

    assertThat(tooLong).hasSizeGreaterThan(4096);
    for (String source : new String[] {tooLong, tooDeep, tooLarge}) {
      assertThat(ExpressionChecker.check(source, ResultType.BOOL, Stage.IDENTIFIED))
          .isInstanceOf(Rejected.class);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "   ", "\u0000", "\"", "'''", "a.b.c(", "😀", "[", "{1:", "--", "x?y"})
  void neverThrowsForNonsense(String source) {
    assertThat(ExpressionChecker.check(source, ResultType.BOOL, Stage.IDENTIFIED))
        .isInstanceOf(Rejected.class);
  }
}

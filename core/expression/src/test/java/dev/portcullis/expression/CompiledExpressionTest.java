// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.expression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CompiledExpressionTest {
  private static final Map<String, Object> CLAIMS =
      Map.of("role", "agent", "level", 3L, "org", Map.of("tags", List.of("x", "y"), "id", "o1"));

  @ParameterizedTest
  @ValueSource(
      strings = {
        "auth.claims.role == \"agent\" && bot.score < 30",
        "auth.claims[\"role\"] == \"agent\"",
        "auth.claims.level > 2",
        "auth.claims.org.tags.exists(t, t == \"y\")",
        "auth.claims.org.id == \"o1\"",
        "has(auth.claims.role) && !has(auth.claims.nothing)",
        "\"role\" in auth.claims && !(\"x\" in auth.claims)",
        "size(auth.claims) == 3",
        "request.headers[\"once\"] == \"1\"",
        "request.headers.once == \"1\"",
        "request.headersAll[\"twice\"] == [\"1\", \"2\"]",
        "request.headersAll.all(name, size(request.headersAll[name]) > 0)",
        "!(\"absent\" in request.headers)",
        "\"read\" in auth.scopes",
        "source.address.startsWith(\"10.\")",
        "inCidr(source.address, \"10.0.0.0/8\") && !inCidr(source.address, \"10.9.0.0/16\")",
        "request.path.matches(\"^/orders/[0-9]+$\") && matches(request.path, \"rders\")",
        "request.time == timestamp(\"2026-11-21T08:00:00Z\")",
        "request.time.getHours(\"Europe/Berlin\") == 9",
        "request.path.substring(1).split(\"/\")[1] == \"17\"",
        "request.path.upperAscii() == \"/ORDERS/17\"",
        "request.headers[\"twice\"] == \"1\" || true",
        "inCidr(source.address, [\"192.0.2.0/24\", \"10.0.0.0/8\"])",
        "!inCidr(source.address, [\"192.0.2.0/24\"]) && !inCidr(source.address, [])",
        "pathMatches(request.path, \"/orders/{id}\") && !pathMatches(request.path, \"/orders\")",
        "request.path.replace(\"/\", \".\") == \".orders.17\"",
        "\"aa\".replace(\"\", \"-\") == \"-a-a-\"",
        "request.headersAll[\"twice\"].join(\"+\") == \"1+2\" && [\"a\", \"b\"].join() == \"ab\"",
        "request.path.charAt(1) == \"o\" && \"a\".charAt(1) == \"\"",
        "sets.contains(auth.scopes, [\"read\"]) && !sets.contains(auth.scopes, [\"root\"])",
        "sets.intersects(auth.claims.org.tags, [\"z\", \"y\"])",
        "!sets.intersects(auth.claims.org.tags, [])",
        "sets.equivalent(auth.claims.org.tags, [\"y\", \"x\", \"x\"])"
      })
  void evaluatesToTrue(String source) throws EvaluationException {
    assertThat(compile(source).test(CompiledExpressionTest::read)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "request.headers[\"twice\"] == \"1\"",
        "request.headers.twice == \"1\"",
        "\"twice\" in request.headers",
        "has(request.headers.twice)",
        "request.headers[\"absent\"] == \"1\"",
        "auth.claims.nothing == \"x\"",
        "auth.claims.role.deeper == \"x\"",
        "auth.claims.role > 3",
        "bot.signals[\"headers\"] > 1",
        "inCidr(request.path, \"10.0.0.0/8\")",
        "request.headers[\"twice\"] == \"1\" || false",
        "1 / 0 == 1",
        "sets.contains(auth.claims.role, [\"a\"])",
        "sets.contains(auth.claims.org, [\"a\"])",
        "\"a\".charAt(2) == \"\"",
        "auth.claims.level.join() == \"\"",
        "inCidr(request.path, [\"10.0.0.0/8\"])",
        "9223372036854775807 + 1 > 0"
      })
  void hasNoValueWhenSomethingCannotBeRead(String source) {
    assertThatThrownBy(() -> compile(source).test(CompiledExpressionTest::read))
        .isInstanceOf(EvaluationException.class);
  }

  @Test
  void namesTheHeaderThatCameTwice() {
    assertThatThrownBy(
            () -> compile("request.headers[\"twice\"] == \"1\"").test(CompiledExpressionTest::read))
        .hasMessageContaining("request.headers has more than one value for twice");
  }

  @Test
  void quotesNoValueOfTheRequest() {
    VariableSource secret = _ -> "hunter2";

    assertThatThrownBy(() -> compile("inCidr(request.path, \"10.0.0.0/8\")").test(secret))
        .hasMessageNotContaining("hunter2")
        .hasNoCause();
  }

  @Test
  void endsLoopsThatARequestMakesLong() {
    VariableSource many =
        variable ->
            variable == Variable.AUTH_SCOPES
                ? java.util.stream.IntStream.range(0, 1001).mapToObj(i -> "s" + i).toList()
                : read(variable);

    assertThatThrownBy(() -> compile("auth.scopes.exists(s, s == \"none\")").test(many))
        .isInstanceOf(EvaluationException.class)
        .hasMessageContaining("iteration budget exceeded");
  }

  @Test
  void yieldsKeyPartsAsText() throws EvaluationException {
    assertThat(key("auth.claims.level").text(CompiledExpressionTest::read)).isEqualTo("3");
    assertThat(key("source.address").text(CompiledExpressionTest::read)).isEqualTo("10.1.2.3");
    assertThatThrownBy(() -> key("auth.claims.org").text(CompiledExpressionTest::read))
        .isInstanceOf(EvaluationException.class);
  }

  @Test
  void readsOnlyWhatItNeeds() throws EvaluationException {
    VariableSource onlyPath =
        variable -> {
          assertThat(variable).isEqualTo(Variable.REQUEST_PATH);
          return "/a";
        };

    assertThat(compile("request.path == \"/a\" || bot.score > 3").test(onlyPath)).isTrue();
  }

  @Test
  void refusesToCompileWhatDoesNotCheck() {
    assertThatThrownBy(() -> compile("request.nothing"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("unknown variable: request.nothing");
  }

  private static CompiledExpression compile(String source) {
    return CompiledExpression.compile(source, ResultType.BOOL, Stage.IDENTIFIED);
  }

  private static CompiledExpression key(String source) {
    return CompiledExpression.compile(source, ResultType.KEY_PART, Stage.IDENTIFIED);
  }

  private static Object read(Variable variable) {
    return switch (variable) {
      case REQUEST_PATH -> "/orders/17";
      case REQUEST_HEADERS, REQUEST_HEADERS_ALL -> new TwoHeaders();
      case REQUEST_TIME -> Instant.parse("2026-11-21T08:00:00Z");
      case SOURCE_ADDRESS -> "10.1.2.3";
      case AUTH_SCOPES -> List.of("read");
      case AUTH_CLAIMS -> CLAIMS;
      case BOT_SCORE -> 10L;
      default -> throw new UnreadableVariableException(variable.celName() + " is not here");
    };
  }

  private record TwoHeaders() implements NamedValues {
    @Override
    public int count(String name) {
      return all(name).size();
    }

    @Override
    public @Nullable String first(String name) {
      return all(name).isEmpty() ? null : all(name).getFirst();
    }

    @Override
    public List<String> all(String name) {
      return switch (name) {
        case "once" -> List.of("1");
        case "twice" -> List.of("1", "2");
        default -> List.of();
      };
    }

    @Override
    public Set<String> names() {
      return Set.of("once", "twice");
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.engine.decision.Decision;
import dev.portcullis.engine.request.Hop;
import dev.portcullis.policy.decision.DenyReason;
import dev.portcullis.policy.match.Cidr;
import dev.portcullis.policy.plan.BotSpec.Action;
import dev.portcullis.policy.plan.BotSpec.Threshold;
import dev.portcullis.policy.plan.Mode;
import dev.portcullis.policy.plan.RequestSpec;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HygieneTest {

  @ParameterizedTest
  @ValueSource(strings = {"get", "Get", "", "GE T", "GET\r", "TRACE", "CONNECT", "G\u00c9T", "A:B"})
  void refusesMethodsThatNoRuleMeans(String method) {
    assertThat(reason(open().send(method, "/"))).isEqualTo(DenyReason.MALFORMED_REQUEST);
  }

  @ParameterizedTest
  @CsvSource({
    "x-http-method-override, /",
    "x-method-override, /",
    "x-http-method, /",
    "other, /?_method=DELETE",
    "other, /?a=1&%5Fmethod=DELETE",
    "other, /?_method"
  })
  void refusesMethodOverrides(String header, String target) {
    assertThat(reason(open().send("POST", target, header, "DELETE")))
        .isEqualTo(DenyReason.METHOD_OVERRIDE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"authorization", "content-length", "content-type", "host", "transfer-encoding"})
  void refusesASecondHeaderOfWhichThereIsOne(String name) {
    String value = name.equals("host") ? "orders.example.com" : "1";
    assertThat(reason(open().get("/", name, value, name, value)))
        .isEqualTo(DenyReason.MALFORMED_REQUEST);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/?a=%zz", "/?a=%", "/?a=%c0%af", "/?%ff=1", "/?a=\u00e9", "*", "//x"})
  void refusesTargetsThatCannotBeReadInOneWay(String target) {
    assertThat(open().get(target).allowed()).isFalse();
  }

  @Test
  void refusesAHostThatContradictsTheAuthority() {
    assertThat(reason(open().get("/", "host", "evil.example.com")))
        .isEqualTo(DenyReason.MALFORMED_REQUEST);
    assertThat(open().get("/", "host", "Orders.Example.com:443").allowed()).isTrue();
  }

  @Test
  void boundsQueryParametersEvenWithoutAPolicy() {
    assertThat(open().get("/?" + "a&".repeat(1000)).allowed()).isTrue();
    assertThat(reason(open().get("/?" + "a&".repeat(1001))))
        .isEqualTo(DenyReason.TOO_MANY_PARAMETERS);
  }

  @Test
  void enforcesWhatAPolicyDemandsOfTheForm() {
    TestGate gate = new TestGate(new TestRoute().request(demands(Mode.ENFORCE)));

    assertThat(gate.get("/").allowed()).isTrue();
    assertThat(reason(gate.get("/?a&b&c"))).isEqualTo(DenyReason.TOO_MANY_PARAMETERS);
    assertThat(reason(gate.get("/", "a", "x".repeat(200)))).isEqualTo(DenyReason.HEADERS_TOO_LARGE);
    assertThat(reason(post(gate, "content-length", "11"))).isEqualTo(DenyReason.BODY_TOO_LARGE);
    assertThat(reason(post(gate, "content-length", "x"))).isEqualTo(DenyReason.BODY_TOO_LARGE);
    assertThat(reason(post(gate, "content-length", "99999999999999999999")))
        .isEqualTo(DenyReason.BODY_TOO_LARGE);
    assertThat(post(gate, "content-type", "Application/JSON; charset=utf-8").allowed()).isTrue();
    assertThat(post(gate, "content-length", "0").allowed()).isTrue();
    assertThat(reason(post(gate, "content-type", "text/xml")))
        .isEqualTo(DenyReason.UNSUPPORTED_CONTENT_TYPE);
    assertThat(reason(post(gate, "a", "b"))).isEqualTo(DenyReason.UNSUPPORTED_CONTENT_TYPE);
    gate.peer = "10.9.0.1";
    assertThat(reason(gate.get("/"))).isEqualTo(DenyReason.ADDRESS_DENIED);
    gate.peer = "::ffff:10.9.0.1";
    assertThat(reason(gate.get("/"))).isEqualTo(DenyReason.ADDRESS_DENIED);
    gate.peer = "203.0.113.1";
    assertThat(reason(gate.get("/"))).isEqualTo(DenyReason.ADDRESS_DENIED);
  }

  @Test
  void onlyRecordsDemandsInShadowModeButKeepsTheEnginesOwn() {
    TestGate gate = new TestGate(new TestRoute().request(demands(Mode.SHADOW)));

    Decision decision = gate.get("/?a&b&c");
    assertThat(decision.allowed()).isTrue();
    assertThat(decision.shadow()).hasSize(1);
    assertThat(gate.get("//").allowed()).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          198.51.100.1 | 203.0.113.9                       | 198.51.100.1
          10.0.0.1     | ''                                | 10.0.0.1
          10.0.0.1     | 203.0.113.9                       | 203.0.113.9
          10.0.0.1     | 203.0.113.9, 10.0.0.1             | 203.0.113.9
          10.0.0.1     | 6.6.6.6, 203.0.113.9, 10.0.0.7    | 203.0.113.9
          10.0.0.1     | 6.6.6.6, unknown, 10.0.0.7        | 10.0.0.7
          10.0.0.1     | 6.6.6.6, 203.0.113.9:443, 10.0.0.7 | 10.0.0.7
          10.0.0.1     | 10.0.0.3, 10.0.0.2                | 10.0.0.3
          10.0.0.1     | ::ffff:203.0.113.9                | 203.0.113.9
          10.0.0.1     | 2001:db8::1                       | 2001:db8::1
          10.0.0.1     | 203.0.113.9,                      | 10.0.0.1
          10.0.0.1     | ,                                 | 10.0.0.1
          """)
  void believesForwardedAddressesOnlyAsFarAsProxiesVouch(
      String peer, String forwarded, String client) {
    TestGate gate = new TestGate(new TestRoute().trusting("10.0.0.0/8"));
    gate.peer = peer;

    assertThat(
            gate.get("/", "x-forwarded-for", forwarded, "x-real-ip", "6.6.6.6").client().toString())
        .isEqualTo(client);
  }

  @Test
  void walksForwardedLinesFromTheLastAndOnlySoFar() {
    TestGate gate = new TestGate(new TestRoute().trusting("10.0.0.0/8"));
    gate.peer = "10.0.0.1";

    assertThat(
            gate.get("/", "x-forwarded-for", "6.6.6.6", "x-forwarded-for", "203.0.113.9")
                .client()
                .toString())
        .isEqualTo("203.0.113.9");
    String many = "203.0.113.9, " + "10.0.0.2, ".repeat(100) + "10.0.0.2";
    assertThat(gate.get("/", "x-forwarded-for", many).client().toString()).isEqualTo("10.0.0.2");
  }

  @Test
  void believesAGatewayAboutItsPeerAndNobodyFurther() {
    TestGate gate = new TestGate(new TestRoute());
    gate.peer = "10.244.0.9";
    gate.hop = Hop.BEHIND_GATEWAY;
    // The client wrote the first, the gateway the second, the sidecar the third.
    String forwarded = "6.6.6.6, 203.0.113.9, 10.244.0.9";
    assertThat(gate.get("/", "x-forwarded-for", forwarded).client().toString())
        .isEqualTo("203.0.113.9");
    assertThat(gate.get("/").client().toString()).isEqualTo("10.244.0.9");
    gate.hop = Hop.DIRECT;
    assertThat(gate.get("/", "x-forwarded-for", forwarded).client().toString())
        .isEqualTo("10.244.0.9");
  }

  @Test
  void walksOnFromAGatewayOverTrustedProxies() {
    TestGate gate = new TestGate(new TestRoute().trusting("203.0.113.0/24"));
    gate.peer = "10.244.0.9";
    gate.hop = Hop.BEHIND_GATEWAY;
    String forwarded = "6.6.6.6, 198.51.100.7, 203.0.113.9, 10.244.0.9";
    assertThat(gate.get("/", "x-forwarded-for", forwarded).client().toString())
        .isEqualTo("198.51.100.7");
  }

  @Test
  void actsOnTheHighestThresholdThatIsReachedAndEnforced() {
    TestGate gate =
        new TestGate(
            new TestRoute()
                .bot(
                    new Threshold(30, Action.TAG, Mode.ENFORCE),
                    new Threshold(60, Action.DENY, Mode.SHADOW),
                    new Threshold(85, Action.DENY, Mode.ENFORCE)));

    gate.scored(20);
    assertThat(gate.get("/").upstreamHeaders()).isEmpty();
    gate.scored(70);
    Decision tagged = gate.get("/", "x-portcullis-bot-score", "0");
    assertThat(tagged.upstreamHeaders().getFirst().value()).isEqualTo("70");
    assertThat(tagged.removedHeaders()).isEmpty();
    assertThat(tagged.shadow()).hasSize(1);
    gate.scored(90);
    assertThat(reason(gate.get("/"))).isEqualTo(DenyReason.BOT);
    gate.score =
        () -> {
          throw new IllegalStateException("broken");
        };
    assertThat(gate.get("/").notes()).hasSize(1);
  }

  @Test
  void aShadowAsAWholeRecordsTheThresholdThatWouldHaveActed() {
    TestGate gate =
        new TestGate(
            new TestRoute()
                .botMode(Mode.SHADOW)
                .bot(
                    new Threshold(30, Action.DENY, Mode.ENFORCE),
                    new Threshold(60, Action.DENY, Mode.ENFORCE),
                    new Threshold(85, Action.DENY, Mode.SHADOW)));
    gate.scored(90);
    Decision decision = gate.get("/");
    assertThat(decision.allowed()).isTrue();
    assertThat(decision.shadow())
        .extracting(finding -> finding.by().rule())
        .containsExactly("score 85", "score 60");
  }

  private static RequestSpec demands(Mode mode) {
    return new RequestSpec(
        TestRoute.API,
        mode,
        List.of(Cidr.parse("192.0.2.0/24"), Cidr.parse("10.0.0.0/8")),
        List.of(Cidr.parse("10.9.0.0/16")),
        List.of(),
        List.of(),
        10L,
        List.of("application/json"),
        100,
        2);
  }

  private static TestGate open() {
    return new TestGate(new TestRoute());
  }

  private static Decision post(TestGate gate, String header, String value) {
    return gate.send("POST", "/", header, value);
  }

  private static DenyReason reason(Decision decision) {
    assertThat(decision.refusal()).isNotNull();
    return Objects.requireNonNull(decision.refusal()).reason();
  }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.portcullis.engine.authentication.Identity;
import dev.portcullis.engine.bot.BotScore;
import dev.portcullis.engine.bot.BotSignal;
import dev.portcullis.engine.decision.Decision;
import dev.portcullis.engine.decision.Delay;
import dev.portcullis.engine.decision.QuotaMark;
import dev.portcullis.engine.decision.Refusal;
import dev.portcullis.engine.decision.RuleRef;
import dev.portcullis.engine.decision.ShadowFinding;
import dev.portcullis.engine.request.Headers;
import dev.portcullis.engine.request.Peer;
import dev.portcullis.engine.request.RequestContext;
import dev.portcullis.engine.request.RequestLine;
import dev.portcullis.extauthz.Plans;
import dev.portcullis.policy.decision.DenyReason;
import dev.portcullis.policy.decision.Phase;
import dev.portcullis.policy.match.IpAddress;
import dev.portcullis.policy.match.Principal;
import dev.portcullis.policy.plan.AuditSpec;
import dev.portcullis.policy.plan.PolicyRef;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

final class DecisionLogTest {
  private static final RuleRef BY =
      new RuleRef(Phase.RATES, new PolicyRef("RateLimitPolicy", "shop", "orders"), "per-client");
  private static final RouteFacts FACTS =
      new RouteFacts(Plans.withSecret("shop/orders", Plans.secret("jwks")), "v1");

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  @Test
  void saysWhatWasDecidedAndWhyAndNoSecret() throws IOException {
    try (DecisionLog log = new DecisionLog(out, 16)) {
      log.decided(request(), decision(DenyReason.RATE_LIMITED, 0), FACTS, 123_456);
    }
    String line = out.toString(StandardCharsets.UTF_8);
    assertThat(line).endsWith("}\n").doesNotContain("swordfish");
    JsonNode json = new ObjectMapper().readTree(line);
    assertThat(json)
        .isEqualTo(
            new ObjectMapper()
                .readTree(
                    """
                    {"time":"2026-11-21T12:00:00Z","decisionId":"01ABC","requestId":"815",
                     "route":"shop/orders","outcome":"deny","phase":"RATES",
                     "policy":"RateLimitPolicy shop/orders","rule":"per-client",
                     "reason":"RATE_LIMITED","status":429,"detail":"Too fast.","cause":"internal",
                     "client":"192.0.2.7",
                     "principal":"spiffe://cluster.local/ns/shop/sa/web","method":"GET","host":"orders.shop","path":"/orders",
                     "query":"ticket=[redacted]&page=2","protocol":"HTTP/2",
                     "headers":[["authorization","[redacted]"],["x-token","[redacted]"],
                                ["accept","*/*"],["x-private","[redacted]"]],
                     "auth":{"method":"employees","authenticated":true,"subject":"alice",
                             "issuer":"https://idp.example.com/","client":"acme","plan":"gold"},
                     "bot":{"score":40,"signals":[{"name":"userAgent","points":40,"note":"curl"}]},
                     "shadow":[{"phase":"RATES","policy":"RateLimitPolicy shop/orders",
                                "rule":"per-client","wouldDeny":"BOT"}],
                     "notes":["no value"],"durationMicros":123}
                    """));
  }

  @Test
  void keepsTheSampleOfWhatPassedAndEveryRefusal() {
    try (DecisionLog log = new DecisionLog(out, 16)) {
      log.decided(request(), decision(null, 0, List.of(new ShadowFinding(BY, null))), FACTS, 1);
      log.decided(request(), decision(null, 1, List.of()), FACTS, 1);
      log.decided(request(), decision(DenyReason.BOT, 0), null, 1);
    }
    assertThat(out.toString(StandardCharsets.UTF_8).lines())
        .hasSize(2)
        .anyMatch(line -> line.contains("\"outcome\":\"allow\""))
        .anyMatch(line -> line.contains("\"reason\":\"BOT\""));
  }

  @Test
  void keepsWhatAShadowWouldHaveRefusedWhateverTheSampleIs() {
    try (DecisionLog log = new DecisionLog(out, 16)) {
      log.decided(request(), decision(null, 0), FACTS, 1);
    }
    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains("\"outcome\":\"allow\"", "\"rule\":\"per-client\",\"wouldDeny\":\"BOT\"")
        .contains(
            "\"delay\":{\"phase\":\"RATES\",\"policy\":\"RateLimitPolicy shop/orders\","
                + "\"rule\":\"per-client\",\"millis\":250}");
  }

  @Test
  void keepsTheRequestThatLeavesNothingOfAQuotaWhateverTheSampleIs() {
    QuotaMark mark = new QuotaMark(BY, QuotaMark.ALL, 10_000);
    try (DecisionLog log = new DecisionLog(out, 16)) {
      log.decided(request(), decision(null, 0, List.of(), List.of(mark)), FACTS, 1);
    }
    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains(
            "\"quotas\":[{\"phase\":\"RATES\",\"policy\":\"RateLimitPolicy shop/orders\","
                + "\"rule\":\"per-client\",\"percent\":100,\"limit\":10000}]");
  }

  @Test
  @Timeout(20)
  void dropsAndCountsWhenTheWriterIsStuckAndNeverWaits() throws InterruptedException {
    CountDownLatch stuck = new CountDownLatch(1);
    DecisionLog log = new DecisionLog(blockedUntil(stuck), 2);
    for (int i = 0; i < 1000; i++) {
      log.decided(request(), decision(DenyReason.BOT, 0), FACTS, 1);
    }
    stuck.countDown();
    log.close();
    assertThat(log.dropped()).isPositive();
    assertThat(log.dropped() + log.written()).isEqualTo(1000);
    assertThat(log.waiting()).isZero();
  }

  private static OutputStream blockedUntil(CountDownLatch open) {
    return new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        try {
          open.await();
        } catch (InterruptedException e) {
          throw new IOException(e);
        }
      }
    };
  }

  private static RequestContext request() {
    return new RequestContext(
        new RequestLine("GET", "/orders?ticket=swordfish&page=2", "orders.shop", "https", "HTTP/2"),
        Headers.of(
            "authorization",
            "Bearer swordfish",
            "x-token",
            "swordfish",
            "accept",
            "*/*",
            "x-private",
            "swordfish"),
        new Peer(
            IpAddress.parse("192.0.2.7"),
            1,
            new Principal("spiffe://cluster.local/ns/shop/sa/web")),
        "815",
        Instant.parse("2026-11-21T12:00:00Z"));
  }

  private static Decision decision(@Nullable DenyReason reason, double sample) {
    return decision(reason, sample, List.of(new ShadowFinding(BY, DenyReason.BOT)));
  }

  private static Decision decision(
      @Nullable DenyReason reason, double sample, List<ShadowFinding> shadow) {
    return decision(reason, sample, shadow, List.of());
  }

  private static Decision decision(
      @Nullable DenyReason reason,
      double sample,
      List<ShadowFinding> shadow,
      List<QuotaMark> quotaMarks) {
    return new Decision(
        "01ABC",
        "shop/orders",
        reason == null ? null : new Refusal(reason, BY, "Too fast.", "internal"),
        BY,
        List.of(),
        List.of(),
        List.of(),
        shadow,
        List.of("no value"),
        new BotScore(40, List.of(new BotSignal("userAgent", 40, "curl"))),
        new Identity(
            "employees",
            true,
            "alice",
            "https://idp.example.com/",
            List.of(),
            Map.of("secret", "swordfish"),
            "acme",
            "gold",
            Identity.NO_END,
            List.of()),
        Identity.NO_END,
        IpAddress.parse("192.0.2.7"),
        reason == null ? new Delay(BY, 250) : null,
        new AuditSpec(sample, List.of("x-private")),
        List.of(),
        quotaMarks,
        null,
        null);
  }
}

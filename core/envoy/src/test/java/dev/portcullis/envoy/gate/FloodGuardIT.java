// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.portcullis.policy.match.Cidr;
import dev.portcullis.policy.plan.Allowance;
import dev.portcullis.policy.plan.FloodGuardSpec;
import dev.portcullis.policy.plan.Mode;
import dev.portcullis.policy.plan.PolicyRef;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Floods, which Envoy refuses before the decision service hears of them. */
final class FloodGuardIT {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  @TempDir static Path directory;
  private static Stage stage;
  private static int edits;

  @BeforeAll
  static void open() throws IOException {
    stage = Stage.open(directory);
    stage.authz().answer(ScriptedAuthz.ALLOW);
  }

  @AfterAll
  static void close() {
    stage.close();
  }

  @Test
  void boundsEachAddressAndAsksNobodyAboutTheRest() throws IOException {
    guard(List.of(), policy("flood", Mode.ENFORCE, hourly(5), null));
    int before = stage.authz().asked().size();

    assertThat(passed("127.0.0.1", 8)).isEqualTo(5);
    assertThat(stage.authz().asked()).hasSize(before + 5);
    assertThat(get("127.0.0.1"))
        .startsWith("HTTP/1.1 429")
        .contains("application/problem+json", "/problems/rate-limited")
        .contains("Too many requests: limit floodGuard, try again in 720 s")
        .contains("retry-after: 720\r\n")
        .contains("ratelimit-policy: \"floodGuard.perAddress\";q=5;w=3600\r\n");
    assertThat(passed("127.0.0.9", 8)).isEqualTo(5);
  }

  @Test
  void boundsAllTogether() throws IOException {
    guard(List.of(), policy("flood", Mode.ENFORCE, null, hourly(4)));

    assertThat(passed("127.0.0.1", 3) + passed("127.0.0.2", 3)).isEqualTo(4);
  }

  @Test
  void holdsTheBoundsOfAllPolicies() throws IOException {
    guard(
        List.of(),
        policy("wide", Mode.ENFORCE, hourly(7), null),
        policy("narrow", Mode.ENFORCE, hourly(3), null));

    assertThat(passed("127.0.0.1", 9)).isEqualTo(3);
  }

  @Test
  void remembersMoreAddressesThanEnvoyDoesByItself() throws IOException {
    guard(List.of(), policy("flood", Mode.ENFORCE, hourly(1), null));
    for (int i = 1; i <= 100; i++) {
      assertThat(passed("127.0.1." + i, 1)).isEqualTo(1);
    }

    for (int i = 1; i <= 100; i++) {
      assertThat(passed("127.0.1." + i, 1)).isZero();
    }
  }

  @Test
  void onlyCountsInShadowMode() throws IOException {
    guard(List.of(), policy("flood", Mode.SHADOW, hourly(2), null));

    assertThat(passed("127.0.0.1", 5)).isEqualTo(5);
    assertThat(stage.gate().envoy().stat("flood_guard_shadow.http_local_rate_limit.rate_limited"))
        .isEqualTo(3);
  }

  @Test
  void takesNoProxyForAClient() throws IOException {
    guard(List.of(Cidr.parse("127.0.0.0/8")), policy("flood", Mode.ENFORCE, hourly(2), null));

    assertThat(passed("127.0.0.1", 5)).isEqualTo(5);
  }

  @Test
  void tellsCallersOfGrpcByTheirStatus() throws IOException {
    guard(List.of(), policy("flood", Mode.ENFORCE, null, hourly(1)));
    assertThat(passed("127.0.0.1", 1)).isEqualTo(1);

    assertThat(
            stage
                .gate()
                .get("open.shop", "/", "content-type: application/grpc\r\nte: trailers\r\n"))
        .contains("grpc-status: 8\r\n");
  }

  /** Replaces the plan, and with it all buckets. Another route tells when Envoy has it. */
  private static void guard(List<Cidr> proxies, FloodGuardSpec... guards) throws IOException {
    String mark = "x-edit-" + ++edits;
    stage
        .gate()
        .edit(
            List.of(
                Plans.withClaims("shop/orders", mark),
                Plans.withFloodGuards("shop/open", proxies, guards)));
    await()
        .atMost(PATIENCE)
        .until(
            () -> !stage.gate().get("orders.shop", "/", mark + ": 1\r\n").contains(mark + ": 1"));
  }

  private static FloodGuardSpec policy(
      String name, Mode mode, Allowance.@Nullable Rate perAddress, Allowance.@Nullable Rate total) {
    return new FloodGuardSpec(
        new PolicyRef("RateLimitPolicy", "shop", name), mode, perAddress, total, null);
  }

  private static Allowance.Rate hourly(long requests) {
    return new Allowance.Rate(requests, Duration.ofHours(1), requests - 1);
  }

  /** How many of so many requests pass. */
  private static int passed(String from, int requests) throws IOException {
    int passed = 0;
    for (int i = 0; i < requests; i++) {
      passed += get(from).startsWith("HTTP/1.1 200") ? 1 : 0;
    }
    return passed;
  }

  private static String get(String from) throws IOException {
    try (RawClient client = new RawClient(stage.gate().port(), InetAddress.getByName(from))) {
      client.send("GET / HTTP/1.1\r\nhost: open.shop\r\n\r\n");
      return client.response();
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine;

import dev.portcullis.engine.authentication.AuthenticationResult;
import dev.portcullis.engine.authentication.Identity;
import dev.portcullis.engine.bot.BotScore;
import dev.portcullis.engine.bot.BotSignal;
import dev.portcullis.engine.decision.Decision;
import dev.portcullis.engine.limit.InProcessQuotaStore;
import dev.portcullis.engine.port.AddressLists;
import dev.portcullis.engine.port.GeoSource;
import dev.portcullis.engine.port.QuotaStores;
import dev.portcullis.engine.request.HeaderField;
import dev.portcullis.engine.request.Headers;
import dev.portcullis.engine.request.Hop;
import dev.portcullis.engine.request.Peer;
import dev.portcullis.engine.request.RequestContext;
import dev.portcullis.engine.request.RequestLine;
import dev.portcullis.policy.match.IpAddress;
import dev.portcullis.policy.match.Principal;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** An engine with one route, whose callers and scores a test chooses. */
final class TestGate {
  static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");

  final PolicyEngine engine;
  Supplier<AuthenticationResult> authentication =
      () -> new AuthenticationResult.Missing(List.of("Bearer"));
  Supplier<BotScore> score = () -> new BotScore(0, List.of());
  String peer = "192.0.2.1";
  @Nullable Principal principal;
  Hop hop = Hop.DIRECT;
  Instant now = NOW;
  private int nextId;

  TestGate(TestRoute route) {
    this(route, GeoSource.NONE);
  }

  /** By databases of a test's. */
  TestGate(TestRoute route, GeoSource geo) {
    this(route, geo, AddressLists.NONE);
  }

  /** By lists of a test's. */
  TestGate(TestRoute route, AddressLists lists) {
    this(route, GeoSource.NONE, lists);
  }

  private TestGate(TestRoute route, GeoSource geo, AddressLists lists) {
    engine =
        new PolicyEngine(
            (_, _) -> (_, _) -> authentication.get(),
            _ -> (_, _) -> score.get(),
            QuotaStores.alone(new InProcessQuotaStore(1000)),
            geo,
            lists,
            true);
    Map<?, String> rejected = engine.replace(List.of(route.build()));
    if (!rejected.isEmpty()) {
      throw new IllegalArgumentException(rejected.toString());
    }
  }

  /** An identity with a client, a plan, scopes and a header for upstream. */
  static AuthenticationResult caller(String client, String plan, String... scopes) {
    return callerUntil(Identity.NO_END, client, plan, scopes);
  }

  /** The same with a credential that ends, in seconds since 1970. */
  static AuthenticationResult callerUntil(long end, String client, String plan, String... scopes) {
    return new AuthenticationResult.Authenticated(
        new Identity(
            "test",
            true,
            "sub-" + client,
            "https://idp.example.com/",
            List.of(scopes),
            Map.of("role", "agent"),
            client,
            plan,
            end,
            List.of(new HeaderField("x-user-id", client))));
  }

  void scored(int value) {
    score = () -> new BotScore(value, List.of(new BotSignal("userAgent", value, "test")));
  }

  Decision get(String target, String... headers) {
    return send("GET", target, headers);
  }

  Decision send(String method, String target, String... headers) {
    return ask("r" + ++nextId, method, target, headers);
  }

  Decision ask(String id, String method, String target, String... headers) {
    return engine.decide(
        TestRoute.ID,
        new RequestContext(
            new RequestLine(method, target, "orders.example.com", "https", "HTTP/2"),
            Headers.of(headers),
            new Peer(IpAddress.parse(peer), 40000, principal, hop),
            id,
            now));
  }

  /** The value of a response header, or an empty text. */
  static String header(Decision decision, String name) {
    return decision.responseHeaders().stream()
        .filter(header -> header.name().equals(name))
        .map(HeaderField::value)
        .findFirst()
        .orElse("");
  }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.benchmarks.compare;

import dev.portcullis.benchmarks.scenario.Issuer;
import dev.portcullis.benchmarks.scenario.Payload;
import dev.portcullis.benchmarks.scenario.Plans;
import dev.portcullis.benchmarks.scenario.SampleRequest;
import dev.portcullis.codec.PlanDirectory;
import dev.portcullis.codec.PlanSnapshot;
import dev.portcullis.policy.apikey.ApiKeyText;
import dev.portcullis.policy.plan.ApiKeyRecord;
import dev.portcullis.policy.plan.GuardedRoute;
import dev.portcullis.policy.plan.JwsAlgorithm;
import dev.portcullis.policy.plan.Sharing;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is measured. All but {@code BARE} are the decision service with a plan. */
enum Subject {
  BARE("bare gRPC-Java server, allows everything", 1),
  FULL("cached token, CEL rule, limit, bot score", 1),
  API_KEY("API key, CEL rule, limit, bot score", 1),
  RS256("the full decision, RS256 verified each time", 2),
  ES256("the full decision, ES256 verified each time", 2),
  RULES_1("1 CEL rule", 1),
  RULES_10("10 CEL rules, the last applies", 1),
  RULES_100("100 CEL rules, the last applies", 2),
  RANGES_10000("10 000 denied address ranges", 1),
  LIMIT("1 limit, counted by itself", 1),
  LIMIT_EXACT("1 limit, in Valkey, exact", 2),
  LIMIT_LEASED("1 limit, in Valkey, leased", 1);

  private final String title;
  private final int slowness;

  Subject(String title, int slowness) {
    this.title = title;
    this.slowness = slowness;
  }

  /** What it is, for people. */
  String title() {
    return title;
  }

  /** How many decisions it makes where others make {@code count}; slow ones make fewer. */
  int share(int count) {
    return Math.max(1, count / slowness);
  }

  /** Whether it belongs to the comparison that is always made. */
  boolean essential() {
    return this == BARE || this == FULL;
  }

  /** Whether it counts in a store. */
  boolean shares() {
    return this == LIMIT_EXACT || this == LIMIT_LEASED;
  }

  /** Flags of the decision service. A cache without room for one token verifies every time. */
  List<String> flags() {
    return switch (this) {
      case RS256, ES256 -> List.of("--token-cache=1B");
      default -> List.of();
    };
  }

  /** Writes its plan, and makes the check that the plan allows. */
  Payload prepare(PlanDirectory directory) throws IOException {
    return switch (this) {
      case BARE, FULL, RS256 -> token(JwsAlgorithm.RS256, directory);
      case ES256 -> token(JwsAlgorithm.ES256, directory);
      case API_KEY -> apiKey(directory);
      case RULES_1 -> rules(1, directory);
      case RULES_10 -> rules(10, directory);
      case RULES_100 -> rules(100, directory);
      case LIMIT -> limit(null, directory);
      case LIMIT_EXACT -> limit(Sharing.Accuracy.EXACT, directory);
      case LIMIT_LEASED -> limit(Sharing.Accuracy.LEASED, directory);
      case RANGES_10000 -> plain(Plans.route(Plans.deniedRanges(10_000)), directory);
    };
  }

  private static Payload token(JwsAlgorithm algorithm, PlanDirectory directory) throws IOException {
    Issuer issuer = Issuer.of(algorithm);
    GuardedRoute route = Plans.full(issuer);
    directory.write(new PlanSnapshot(List.of(route), List.of()), List.of());
    return new Payload(SampleRequest.bearing(issuer.token()), route.id().value());
  }

  private static Payload apiKey(PlanDirectory directory) throws IOException {
    ApiKeyText key = ApiKeyText.generate(new SecureRandom());
    ApiKeyRecord record = Plans.apiKey("acme-2026", "acme", key);
    GuardedRoute route = Plans.apiKeys();
    directory.write(new PlanSnapshot(List.of(route), List.of(record)), List.of());
    return new Payload(new SampleRequest("x-api-key", key.reveal()), route.id().value());
  }

  private static Payload rules(int count, PlanDirectory directory) throws IOException {
    return plain(Plans.route(null, Plans.rules(count), List.of(), null), directory);
  }

  private static Payload limit(Sharing.@Nullable Accuracy accuracy, PlanDirectory directory)
      throws IOException {
    Sharing sharing =
        accuracy == null ? null : new Sharing(accuracy, Sharing.OnStoreFailure.LOCAL_SHARE);
    return plain(Plans.route(null, null, List.of(Plans.slowLimit(sharing)), null), directory);
  }

  /** A route that asks for no credential. */
  private static Payload plain(GuardedRoute route, PlanDirectory directory) throws IOException {
    directory.write(new PlanSnapshot(List.of(route), List.of()), List.of());
    return new Payload(SampleRequest.bearing("unused"), route.id().value());
  }
}

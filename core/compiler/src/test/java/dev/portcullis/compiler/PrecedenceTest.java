// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.compiler.source.FileReader;
import dev.portcullis.compiler.source.FileSet;
import dev.portcullis.policy.plan.AuthMethodSpec;
import dev.portcullis.policy.plan.AuthorizationSpec;
import dev.portcullis.policy.plan.CorsSpec;
import dev.portcullis.policy.plan.FailureMode;
import dev.portcullis.policy.plan.GeoSpec;
import dev.portcullis.policy.plan.GuardedRoute;
import dev.portcullis.policy.plan.LimitSpec;
import dev.portcullis.policy.plan.RequestSpec;
import dev.portcullis.policy.plan.RouteId;
import dev.portcullis.policy.plan.RoutePlan;
import dev.portcullis.policy.plan.TransportSpec;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever policies there are: each section of a route comes from the policy that the rules of
 * precedence name, which are written down here a second time, as a table.
 */
class PrecedenceTest {
  private static final int ROUNDS = 300;
  private static final Map<String, String> TEAMS = Map.of("one", "red", "two", "blue");

  /** From the first to the last that is asked. */
  private static final List<String> ORDER =
      List.of(
          "installation override Namespace",
          "installation override workload",
          "installation override Service",
          "installation override workload port",
          "installation override Service port",
          "override Namespace",
          "Service port",
          "workload port",
          "Service",
          "workload",
          "Namespace",
          "installation Service port",
          "installation workload port",
          "installation Service",
          "installation workload",
          "installation Namespace");

  /** Each is chosen apart from the others. */
  private static final List<String> SECTIONS =
      List.of(
          "authentication",
          "request",
          "ipAccess",
          "authorization",
          "cors",
          "geo",
          "transport",
          "clientAddress");

  /** One for each policy. */
  private static final List<String> COUNTRIES =
      List.of("AT", "BE", "CH", "DE", "ES", "FR", "GB", "HU");

  static List<Long> seeds() {
    return IntStream.range(0, ROUNDS).mapToObj(Long::valueOf).toList();
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void eachSectionComesFromThePolicyThatGoesFirst(long seed) {
    Random random = new Random(seed);
    List<Drawn> policies = new ArrayList<>();
    int count = 1 + random.nextInt(8);
    for (int i = 0; i < count; i++) {
      policies.add(Drawn.policy(i, random));
    }
    Set<Endpoint> endpoints = new LinkedHashSet<>();
    for (int i = 0; i < 12; i++) {
      endpoints.add(endpoint(random));
    }

    CompileResult result = PolicyCompiler.compile(set(policies, endpoints));

    assertThat(result.hasError()).as(() -> result.diagnostics().toString()).isFalse();
    Map<RouteId, List<Drawn>> reachedBy = new HashMap<>();
    for (Endpoint endpoint : endpoints) {
      List<Drawn> reaching =
          policies.stream().filter(policy -> policy.rank(endpoint) < ORDER.size()).toList();
      if (reaching.isEmpty()) {
        assertThat(result.routeOf(endpoint)).as(endpoint.toString()).isEmpty();
        continue;
      }
      RouteId route = result.routeOf(endpoint).orElseThrow();
      // One route means the same policies, with the same ranks.
      assertThat(reachedBy.computeIfAbsent(route, _ -> reaching)).isEqualTo(reaching);
      RoutePlan plan = Objects.requireNonNull(result.routes().get(route));
      if (reaching.stream().noneMatch(policy -> policy.kind.equals("ApiPolicy"))) {
        assertThat(plan).isInstanceOf(dev.portcullis.policy.plan.ClosedRoute.class);
        continue;
      }
      check((GuardedRoute) plan, endpoint, reaching);
    }
  }

  private static void check(GuardedRoute plan, Endpoint endpoint, List<Drawn> reaching) {
    List<Drawn> apis = speaking(endpoint, reaching);
    assertThat(plan.failureMode())
        .isEqualTo(apis.getFirst().open ? FailureMode.ALLOW : FailureMode.DENY);
    assertThat(
            plan.authentication() == null
                ? "none"
                : plan.authentication().methods().stream()
                    .map(AuthMethodSpec::name)
                    .findFirst()
                    .orElseThrow())
        .as("authentication of %s", endpoint)
        .isEqualTo(from("authentication", apis));
    RequestSpec request = plan.request();
    assertThat(
            request == null || request.maxBodyBytes() == null
                ? "none"
                : "p" + request.maxBodyBytes())
        .as("request of %s", endpoint)
        .isEqualTo(from("request", apis));
    assertThat(
            request == null || request.allowAddresses().isEmpty()
                ? "none"
                : "p" + request.allowAddresses().getFirst().toString().split("\\.", -1)[1])
        .as("ipAccess of %s", endpoint)
        .isEqualTo(from("ipAccess", apis));
    AuthorizationSpec authorization = plan.authorization();
    assertThat(authorization == null ? "none" : authorization.rules().getFirst().name())
        .as("authorization of %s", endpoint)
        .isEqualTo(from("authorization", apis));
    CorsSpec cors = plan.cors();
    assertThat(cors == null ? "none" : cors.origins().getFirst().text())
        .as("cors of %s", endpoint)
        .isEqualTo(said("cors", apis, policy -> "https://" + policy.name + ".example.com"));
    GeoSpec geo = plan.geo();
    assertThat(geo == null ? "none" : geo.denyCountries().getFirst())
        .as("geo of %s", endpoint)
        .isEqualTo(said("geo", apis, Drawn::country));
    TransportSpec transport = plan.transport();
    assertThat(
            transport == null ? "none" : transport.source().name() + " " + transport.mtls().name())
        .as("transport of %s", endpoint)
        .isEqualTo(
            said(
                "transport",
                apis,
                policy -> policy.name + (policy.open ? " PERMISSIVE" : " STRICT")));
    assertThat(plan.trustedProxies().isEmpty() ? "none" : plan.trustedProxies().toString())
        .as("clientAddress of %s", endpoint)
        .isEqualTo(said("clientAddress", apis, policy -> "[192.0.2." + policy.number() + "/32]"));
    assertThat(plan.limits().stream().map(LimitSpec::name))
        .as("limits of %s", endpoint)
        .containsExactlyInAnyOrderElementsOf(
            reaching.stream()
                .filter(policy -> policy.kind.equals("RateLimitPolicy"))
                .map(policy -> policy.name)
                .toList());
  }

  /** Of each rank the oldest, first the one that goes first. */
  private static List<Drawn> speaking(Endpoint endpoint, List<Drawn> reaching) {
    Map<Integer, Drawn> oldest = new TreeMap<>();
    reaching.stream()
        .filter(policy -> policy.kind.equals("ApiPolicy"))
        .sorted(Comparator.comparingInt(policy -> policy.day))
        .forEach(policy -> oldest.putIfAbsent(policy.rank(endpoint), policy));
    return List.copyOf(oldest.values());
  }

  private static String from(String section, List<Drawn> policies) {
    return said(section, policies, policy -> policy.name);
  }

  /** What the first policy that has the section says in it. */
  private static String said(String section, List<Drawn> policies, Function<Drawn, String> saying) {
    return policies.stream()
        .filter(policy -> policy.sections.contains(section))
        .map(saying)
        .findFirst()
        .orElse("none");
  }

  private static PolicySet set(List<Drawn> policies, Set<Endpoint> endpoints) {
    StringBuilder yaml = new StringBuilder();
    policies.forEach(policy -> yaml.append(policy.yaml()));
    TEAMS.forEach((name, team) ->
        yaml.append("---\napiVersion: v1\nkind: Namespace\nmetadata: {name: ")
            .append(name)
            .append(", labels: {team: ")
            .append(team)
            .append("}}\n"));
    FileSet files =
        new FileSet(
            new TreeMap<>(
                Map.of(
                    "a.yaml",
                    FileReader.read("a.yaml", yaml.toString().getBytes(StandardCharsets.UTF_8)))),
            List.of());
    PolicySet set = files.policySet(new KnownServices.Listed(Map.of()), true);
    return set.with(set.targets().withEndpoints(endpoints));
  }

  private static Endpoint endpoint(Random random) {
    List<ServicePort> services = new ArrayList<>();
    for (String service : List.of("a", "b")) {
      if (random.nextBoolean()) {
        services.add(new ServicePort(service, pick(random, "x", "y", null)));
      }
    }
    String workload = pick(random, "deployment", "statefulset", null);
    return Endpoint.ofPods(
        pick(random, "one", "two"),
        workload == null
            ? null
            : new Workload(
                workload.equals("deployment")
                    ? dev.portcullis.crds.v1alpha1.TargetRef.Kind.DEPLOYMENT
                    : dev.portcullis.crds.v1alpha1.TargetRef.Kind.STATEFUL_SET,
                pick(random, "a", "v")),
        pick(random, "x", "p", null),
        services);
  }

  @SafeVarargs
  @SuppressWarnings("varargs")
  private static <T extends @org.jspecify.annotations.Nullable Object> T pick(
      Random random, T... choices) {
    return choices[random.nextInt(choices.length)];
  }

  /**
   * A policy.
   *
   * @param refs each {@code Kind/name/section}, the section empty when all is meant
   * @param team which namespaces it selects; {@code all}: every one; empty: its own
   */
  private record Drawn(
      String kind,
      String name,
      String namespace,
      int day,
      List<String> refs,
      String team,
      boolean override,
      boolean open,
      Set<String> sections) {

    static Drawn policy(int number, Random random) {
      boolean installation = random.nextInt(3) == 0;
      String namespace = installation ? "portcullis-system" : pick(random, "one", "two");
      Set<String> refs = new LinkedHashSet<>();
      int count = installation ? random.nextInt(3) : 1 + random.nextInt(3);
      boolean whole = !installation && random.nextInt(3) == 0;
      for (int i = 0; i < count; i++) {
        String other =
            pick(random, "Service", "Deployment", "StatefulSet")
                + "/"
                + pick(random, "a", "b", "v")
                + "/"
                + pick(random, "x", "y", "p", "", "");
        refs.add(whole ? "Namespace/" + namespace + "/" : other);
      }
      Set<String> sections = new LinkedHashSet<>();
      for (String section : SECTIONS) {
        if (random.nextBoolean()) {
          sections.add(section);
        }
      }
      return new Drawn(
          pick(random, "ApiPolicy", "ApiPolicy", "RateLimitPolicy"),
          "p" + (number + 1),
          namespace,
          // No two are equally old.
          10 + (number * 7 + 3) % 11,
          List.copyOf(refs),
          installation ? pick(random, "all", "red", "blue") : "",
          (installation || whole) && random.nextBoolean(),
          random.nextBoolean(),
          sections);
    }

    /** Its place in the order; beyond its end when it does not reach the endpoint. */
    int rank(Endpoint endpoint) {
      boolean here =
          team.isEmpty()
              ? namespace.equals(endpoint.namespace())
              : team.equals("all") || team.equals(TEAMS.get(endpoint.namespace()));
      if (!here) {
        return ORDER.size();
      }
      String prefix = (team.isEmpty() ? "" : "installation ") + (override ? "override " : "");
      return (refs.isEmpty() ? List.of("Namespace//") : refs)
          .stream()
              .map(ref -> reach(ref.split("/", -1), endpoint))
              .filter(reach -> !reach.isEmpty())
              .mapToInt(reach -> ORDER.indexOf(prefix + reach))
              .min()
              .orElse(ORDER.size());
    }

    /** How it reaches the endpoint; empty: not at all. */
    private static String reach(String[] ref, Endpoint endpoint) {
      boolean port = !ref[2].isEmpty();
      return switch (ref[0]) {
        case "Namespace" -> "Namespace";
        case "Service" -> {
          boolean selected =
              endpoint.services().stream()
                  .anyMatch(
                      one -> one.service().equals(ref[1]) && (!port || ref[2].equals(one.port())));
          yield selected ? port ? "Service port" : "Service" : "";
        }
        default -> {
          Workload workload = endpoint.workload();
          boolean owned =
              workload != null
                  && workload.kind().word().equals(ref[0])
                  && workload.name().equals(ref[1])
                  && (!port || ref[2].equals(endpoint.port()));
          yield owned ? port ? "workload port" : "workload" : "";
        }
      };
    }

    int number() {
      return Integer.parseInt(name.substring(1));
    }

    String country() {
      return COUNTRIES.get(number() - 1);
    }

    String yaml() {
      StringBuilder out = new StringBuilder("---\napiVersion: portcullis.dev/v1alpha1\n");
      out.append("kind: ").append(kind).append("\nmetadata: {name: ").append(name);
      out.append(", namespace: ").append(namespace);
      out.append(", creationTimestamp: \"2026-01-").append(day).append("T00:00:00Z\"}\nspec:\n");
      if (!refs.isEmpty()) {
        out.append("  targetRefs:\n");
      }
      for (String ref : refs) {
        String[] parts = ref.split("/", -1);
        out.append("  - {kind: ").append(parts[0]).append(", name: ").append(parts[1]);
        out.append(parts[2].isEmpty() ? "}\n" : ", sectionName: " + parts[2] + "}\n");
      }
      if (!team.isEmpty()) {
        out.append("  namespaceSelector: {");
        out.append(team.equals("all") ? "}\n" : "matchLabels: {team: " + team + "}}\n");
      }
      out.append(override ? "  inheritance: Override\n" : "");
      String number = String.valueOf(number());
      if (kind.equals("RateLimitPolicy")) {
        return out.append("  limits: [{name: ")
            .append(name)
            .append(", rate: {requests: 1, per: 1s}}]\n")
            .toString();
      }
      out.append(open ? "  failureMode: Allow\n" : "");
      for (String section : sections) {
        out.append(
            switch (section) {
              case "authentication" ->
                  "  authentication: {methods: [{name: " + name + ", anonymous: {}}]}\n";
              case "request" -> "  request: {maxBodyBytes: " + number + "}\n";
              case "ipAccess" -> "  ipAccess: {allow: [10." + number + ".0.0/16]}\n";
              case "authorization" -> "  authorization: {rules: [{name: " + name + "}]}\n";
              case "cors" -> "  cors: {allowOrigins: [\"https://" + name + ".example.com\"]}\n";
              case "geo" -> "  geo: {denyCountries: [" + country() + "]}\n";
              case "transport" -> "  transport: {mtls: " + (open ? "Permissive" : "Strict") + "}\n";
              default -> "  clientAddress: {trustedProxies: [192.0.2." + number + "]}\n";
            });
      }
      return out.toString();
    }
  }
}

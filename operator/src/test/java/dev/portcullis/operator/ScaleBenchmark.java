// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator;

import dev.portcullis.crds.v1alpha1.ApiPolicy;
import dev.portcullis.crds.v1alpha1.Condition;
import dev.portcullis.crds.v1alpha1.PolicyStatus;
import dev.portcullis.envoy.Upstream;
import dev.portcullis.parts.FreePorts;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Measures how long one Envoy that serves many Services takes from an operator's cold start until
 * every policy says {@code Programmed}, and how long one edit among them takes. Prints, asserts
 * nothing.
 *
 * <pre>
 *   arguments: how many Services (1000)
 * </pre>
 */
final class ScaleBenchmark {
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  private ScaleBenchmark() {}

  public static void main(String[] arguments) throws Exception {
    int count = arguments.length == 0 ? 1000 : Integer.parseInt(arguments[0]);
    try (Cluster cluster = new Cluster()) {
      List<Upstream> upstreams = new ArrayList<>();
      StringBuilder services = new StringBuilder();
      StringBuilder policies = new StringBuilder();
      for (int i = 0; i < count; i++) {
        upstreams.add(Cluster.upstream("svc-" + i));
        services.append(service("svc-" + i));
        policies.append("---\n").append(OperatorIT.policy("svc-" + i, "1 == 1"));
      }
      cluster.apply(services.toString());
      cluster.apply(policies.toString());
      System.out.println(count + " services and policies applied");
      long started = System.nanoTime();
      try (RunningOperator _ = cluster.operator();
          AckingNode decider = cluster.decider("authz-0");
          RealEnvoy envoy =
              RealEnvoy.start(cluster, "gw", FreePorts.next(), FreePorts.next(), upstreams)) {
        await(() -> {
          long ready = programmed(cluster);
          if (Boolean.getBoolean("verbose")) {
            System.out.printf(
                "%.1f s: %d programmed, %d plans held, cpu %.1f s%n",
                seconds(started),
                ready,
                decider.held.size(),
                ProcessHandle.current().info().totalCpuDuration().orElseThrow().toMillis() / 1e3);
            sleep(1000);
          }
          return ready == count;
        });
        System.out.printf(
            "%d policies Programmed %.1f s after the operator started (plans held: %d, envoy alive:"
                + " %s)%n",
            count, seconds(started), decider.held.size(), envoy.process().isAlive());
        for (int round = 0; round < 5; round++) {
          edit(cluster, round);
        }
      }
    }
  }

  private static String service(String name) {
    return """
    ---
    apiVersion: v1
    kind: Service
    metadata: {name: %s, namespace: shop}
    spec: {clusterIP: None, ports: [{name: http, port: 80}]}
    """
        .formatted(name);
  }

  private static void edit(Cluster cluster, int round) {
    String before = planVersion(edited(cluster).get());
    edited(cluster)
        .patch(
            PatchContext.of(PatchType.JSON),
            "[{\"op\":\"replace\",\"path\":\"/spec/authorization/rules/0/when\",\"value\":\""
                + round
                + " == "
                + round
                + " || false\"}]");
    long edited = System.nanoTime();
    await(() -> {
      ApiPolicy policy = edited(cluster).get();
      return isProgrammed(policy) && !planVersion(policy).equals(before);
    });
    System.out.printf("edit %d Programmed after %.3f s%n", round, seconds(edited));
  }

  private static Resource<ApiPolicy> edited(Cluster cluster) {
    return cluster.client.resources(ApiPolicy.class).inNamespace("shop").withName("svc-7");
  }

  private static String planVersion(ApiPolicy policy) {
    PolicyStatus status = policy.getStatus();
    return status == null ? "" : String.valueOf(status.targets().getFirst().planVersion());
  }

  private static long programmed(Cluster cluster) {
    return cluster.client.resources(ApiPolicy.class).inNamespace("shop").list().getItems().stream()
        .filter(ScaleBenchmark::isProgrammed)
        .count();
  }

  private static boolean isProgrammed(ApiPolicy policy) {
    PolicyStatus status = policy.getStatus();
    return status != null
        && policy.getMetadata().getGeneration().equals(status.observedGeneration())
        && status.conditions().stream()
            .anyMatch(c -> c.type().equals("Programmed") && c.status() == Condition.Status.TRUE);
  }

  private static void await(BooleanSupplier condition) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new IllegalStateException("not within " + PATIENCE);
      }
      sleep(20);
    }
  }

  private static void sleep(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static double seconds(long since) {
    return (System.nanoTime() - since) / 1e9;
  }
}

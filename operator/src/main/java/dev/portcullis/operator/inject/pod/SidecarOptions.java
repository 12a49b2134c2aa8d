// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.inject.pod;

import com.fasterxml.jackson.databind.JsonNode;
import dev.portcullis.envoy.sidecar.Interception;
import dev.portcullis.fleet.Names;
import io.fabric8.kubernetes.api.model.Quantity;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What annotations of a pod, or else of its namespace, say about its sidecar.
 *
 * @param cpu requested, in millicores
 * @param memory requested, in bytes
 * @param cpuLimit in millicores; Envoy runs as many threads
 * @param memoryLimit in bytes; Envoy refuses requests before it is reached
 */
record SidecarOptions(
    Interception interception,
    long cpu,
    long memory,
    long cpuLimit,
    long memoryLimit,
    String logLevel) {
  private static final long MIB = 1024 * 1024;
  private static final Bounds CPU = new Bounds(10, 16_000, "10m", "16");
  private static final Bounds MEMORY = new Bounds(64 * MIB, 16 * 1024 * MIB, "64Mi", "16Gi");
  private static final long DEFAULT_CPU = 50;
  private static final long DEFAULT_CPU_LIMIT = 2_000;
  private static final long DEFAULT_MEMORY = 64 * MIB;
  private static final long DEFAULT_MEMORY_LIMIT = 256 * MIB;

  private static final Pattern QUANTITY =
      Pattern.compile("[0-9]{1,15}(\\.[0-9]{1,9})?(m|k|M|G|Ki|Mi|Gi)?");
  private static final String DEFAULT_LEVEL = "warning";
  private static final List<String> LEVELS =
      List.of("off", "critical", "error", DEFAULT_LEVEL, "info", "debug", "trace");

  private record Bounds(long least, long most, String leastText, String mostText) {}

  /** Annotations, the pod's before its namespace's. */
  private record Annotations(JsonNode pod, Map<String, String> namespace) {
    String get(String name, String otherwise) {
      return pod.path(name).asText(namespace.getOrDefault(name, otherwise));
    }

    long quantity(String name, long otherwise, long unit, Bounds bounds) throws RefusedException {
      String text = get(name, "");
      if (text.isEmpty()) {
        return otherwise;
      }
      long value = QUANTITY.matcher(text).matches() ? parse(text, unit) : -1;
      if (value < bounds.least() || value > bounds.most()) {
        throw new RefusedException(
            "annotation %s is %s; use a quantity from %s to %s"
                .formatted(name, Quoted.of(text), bounds.leastText(), bounds.mostText()));
      }
      return value;
    }

    private static long parse(String text, long unit) {
      BigDecimal units =
          Quantity.getAmountInBytes(Quantity.parse(text)).multiply(BigDecimal.valueOf(unit));
      return units.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0
          ? Long.MAX_VALUE
          : units.longValue();
    }
  }

  static SidecarOptions read(JsonNode pod, Map<String, String> namespace) throws RefusedException {
    Annotations given = new Annotations(pod.at("/metadata/annotations"), namespace);
    String cpuName = "portcullis.dev/proxy-cpu";
    String memoryName = "portcullis.dev/proxy-memory";
    long cpu = given.quantity(cpuName, DEFAULT_CPU, 1000, CPU);
    long memory = given.quantity(memoryName, DEFAULT_MEMORY, 1, MEMORY);
    long cpuLimit = given.quantity(cpuName + "-limit", Math.max(cpu, DEFAULT_CPU_LIMIT), 1000, CPU);
    long memoryLimit =
        given.quantity(memoryName + "-limit", Math.max(memory, DEFAULT_MEMORY_LIMIT), 1, MEMORY);
    orRefuse(cpu <= cpuLimit, cpuName);
    orRefuse(memory <= memoryLimit, memoryName);
    String level = given.get("portcullis.dev/proxy-log-level", DEFAULT_LEVEL);
    if (!LEVELS.contains(level)) {
      throw new RefusedException(
          "annotation portcullis.dev/proxy-log-level is "
              + Quoted.of(level)
              + "; use one of "
              + String.join(", ", LEVELS));
    }
    return new SidecarOptions(
        interception(given.get(Names.INTERCEPTION, Interception.REDIRECT.text())),
        cpu,
        memory,
        cpuLimit,
        memoryLimit,
        level);
  }

  private static Interception interception(String text) throws RefusedException {
    return Interception.of(text)
        .orElseThrow(() ->
            new RefusedException(
                "annotation "
                    + Names.INTERCEPTION
                    + " is "
                    + Quoted.of(text)
                    + "; use one of "
                    + Arrays.stream(Interception.values())
                        .map(Interception::text)
                        .collect(Collectors.joining(", "))));
  }

  private static void orRefuse(boolean fits, String name) throws RefusedException {
    if (!fits) {
      throw new RefusedException(
          "annotation " + name + " asks for more than " + name + "-limit allows");
    }
  }

  /** In whole cores where it is, as the API server writes it. */
  static String cores(long millicores) {
    return millicores % 1000 == 0 ? Long.toString(millicores / 1000) : millicores + "m";
  }

  /** In the largest unit that leaves no rest, as the API server writes it. */
  static String bytes(long bytes) {
    long rest = bytes;
    for (String unit : List.of("", "Ki", "Mi", "Gi")) {
      if (rest % 1024 != 0 || unit.equals("Gi")) {
        return rest + unit;
      }
      rest /= 1024;
    }
    throw new IllegalStateException("a unit was found");
  }
}

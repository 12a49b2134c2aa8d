// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.crds.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What became of a policy.
 *
 * @param conditions {@code Accepted}, {@code ResolvedRefs}, {@code Programmed}, {@code Enforced};
 *     and, where it is so, {@code Unprotected}, {@code CallersRefused}, {@code Overridden}, {@code
 *     JwksStale}
 * @param observedGeneration of the spec that the status speaks of
 * @param targets one for each of the spec's targetRefs; with a namespaceSelector one for each
 *     namespace, at most 16
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record PolicyStatus(
    @JsonPropertyDescription(
            "Accepted: it compiled. ResolvedRefs: what it refers to exists. Programmed: every"
                + " decision service and proxy of its targets runs it.")
        @Size(max = 16)
        List<Condition> conditions,
    @JsonPropertyDescription("The generation of the spec that this status speaks of.") @Min(0)
        @Nullable Long observedGeneration,
    @JsonPropertyDescription("How far the policy got on each of its targets.") @Size(max = 16)
        List<Target> targets) {

  public PolicyStatus {
    conditions = Absent.toEmpty(conditions);
    targets = Absent.toEmpty(targets);
  }

  /**
   * How far the policy got on one target.
   *
   * @param route the id under which Envoy asks about it; null while there is none, or when there
   *     are several
   * @param routes how many ids there are: one for each way in which policies meet on the target
   * @param planVersion of the target's effective policy that is being served, a SHA-256 in
   *     hexadecimal; of several routes that of their ids and versions; null while there is none
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Target(
      @JsonPropertyDescription("Kind of the target.") @Required TargetRef.Kind kind,
      @JsonPropertyDescription("Name of the target.") @Required @Size(min = 1, max = 253)
          String name,
      @JsonPropertyDescription("Name of the port, when one is meant.") @Size(max = 63)
          @Nullable String sectionName,
      @JsonPropertyDescription(
              "The id under which Envoy asks about this target. Absent when there are several.")
          @Size(max = 192)
          @Nullable String route,
      @JsonPropertyDescription(
              "How many such ids there are: one for each way in which policies meet on the target.")
          @Min(0)
          @Nullable Integer routes,
      @JsonPropertyDescription("Hash of the effective policy of this target that is being served.")
          @Size(max = 64)
          @Pattern("^[0-9a-f]*$")
          @Nullable String planVersion,
      @JsonPropertyDescription("How many of the target's proxies run it.")
          @Nullable Proxies proxies) {}

  /** Proxies that run a plan version, of those that should. */
  public record Proxies(
      @JsonPropertyDescription("Proxies that run this plan version.") @Required @Min(0) int ready,
      @JsonPropertyDescription("Proxies that should.") @Required @Min(0) int total) {}
}

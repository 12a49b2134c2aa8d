// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.crds.v1alpha1.ratelimit;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.portcullis.crds.v1alpha1.Absent;
import dev.portcullis.crds.v1alpha1.Names;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who gives way while the service behind the target is overloaded.
 *
 * @param latency 10ms to 60s; null: no request is slow
 * @param period 1s to 60s
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Overload(
    @JsonPropertyDescription(
            "A request is slow whose answer begins later than this, 10ms to 60s, from when the"
                + " service had the whole request. Default: none is, and only answers of 500, 502,"
                + " 503 and 504 count as bad.")
        @Size(min = 2, max = 7)
        @Pattern(Names.SHORT_DURATION)
        @ValidationRule(
            value = "duration(self) >= duration('10ms') && duration(self) <= duration('60s')",
            message = "latency must be 10ms to 60s, such as 500ms or 2s")
        @Nullable String latency,
    @JsonPropertyDescription(
            "Percent of requests that may be slow or fail, each client's own together weighing as"
                + " much as any other's. More is an overload.")
        @Default("10")
        @Min(1)
        @Max(90)
        Integer tolerated,
    @JsonPropertyDescription(
            "Percent of the requests of each plan that are admitted whatever happens.")
        @Default("10")
        @Min(1)
        @Max(100)
        Integer floor,
    @JsonPropertyDescription(
            "How long is looked on between two changes, 1s to 60s: longer than most answers take.")
        @Default("5s")
        @Size(min = 2, max = 3)
        @Pattern(Names.DURATION)
        @ValidationRule(
            value = "duration(self) >= duration('1s') && duration(self) <= duration('60s')",
            message = "period must be 1s to 60s")
        String period,
    @JsonPropertyDescription(
            "Values of auth.plan, that which degrades last first. Callers of other plans, and of"
                + " none, give way before all of these. Default: all give way alike.")
        @Size(min = 1, max = 8)
        @ValidationRule(
            value = "self.all(plan, self.exists_one(other, other == plan))",
            message = "priority: name each plan once")
        List<@Size(min = 1, max = 63) @Pattern(Names.PLAN) String> priority) {

  public Overload {
    tolerated = tolerated == null ? 10 : tolerated;
    floor = floor == null ? 10 : floor;
    period = period == null ? "5s" : period;
    priority = Absent.toEmpty(priority);
  }
}

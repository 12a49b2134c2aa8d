// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.crds.v1alpha1.ratelimit;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.portcullis.crds.v1alpha1.Absent;
import dev.portcullis.crds.v1alpha1.Mode;
import dev.portcullis.crds.v1alpha1.Names;
import dev.portcullis.crds.v1alpha1.RequestMatch;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One limit: exactly one of {@code rate}, {@code quota} and {@code concurrency} for each key.
 *
 * @param mode null: the policy's
 * @param match any one suffices; empty: every request
 * @param key CEL expressions, whose values together are the key; empty: client, else subject, else
 *     address with IPv6 by /64
 * @param when a CEL expression; null: always
 * @param cost a CEL expression; null: 1
 * @param count null: Requests
 * @param action null: Deny
 * @param maxDelay 1s to 10s; null: 1s
 * @param plans allowances by {@code auth.plan}, instead of the limit's own
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@ValidationRule(
    value =
        "[has(self.rate), has(self.quota), has(self.concurrency)].filter(given, given).size() == 1",
    message =
        "a limit needs exactly one of rate, quota and concurrency: give each a limit of its own")
@ValidationRule(
    value = "!has(self.concurrency) || !has(self.count) || self.count != 'Failures'",
    message =
        "what is under way has neither failed nor succeeded: remove count, or write rate or quota",
    fieldPath = ".count")
@ValidationRule(
    value =
        "!has(self.plans) || has(self.rate) || self.plans.all(plan, !has(self.plans[plan].burst))",
    message = "burst goes with rate only: remove it from the plans of other limits",
    fieldPath = ".plans")
@ValidationRule(
    value =
        "!has(self.plans) || !has(self.concurrency)"
            + " || self.plans.all(plan, self.plans[plan].requests <= 100000)",
    message = "plans: at most 100000 requests at once",
    fieldPath = ".plans")
@ValidationRule(
    value = "!has(self.action) || self.action != 'Delay' || has(self.rate)",
    message = "action Delay goes with rate only: nothing else can be waited for",
    fieldPath = ".action")
@ValidationRule(
    value = "!has(self.maxDelay) || (has(self.action) && self.action == 'Delay')",
    message = "maxDelay goes with action Delay only: add that, or remove maxDelay",
    fieldPath = ".maxDelay")
public record Limit(
    @JsonPropertyDescription(
            "Name of the limit, unique in the policy. Decisions and RateLimit headers name it.")
        @Required
        @Size(min = 1, max = 63)
        @Pattern(Names.DNS_LABEL)
        String name,
    @JsonPropertyDescription("Enforce or Shadow. Default: the policy's mode.") @Nullable Mode mode,
    @JsonPropertyDescription("Requests it counts, any of which matches. Default: every request.")
        @Size(max = 16)
        List<RequestMatch> match,
    @JsonPropertyDescription(
            "CEL expressions whose values together tell whose counter it is."
                + " Default: the client, else the subject, else the address (IPv6 by /64).")
        @Size(max = 8)
        List<@Size(min = 1, max = 512) String> key,
    @JsonPropertyDescription(
            "A CEL expression that must be true for the limit to apply. An error applies it.")
        @Size(min = 1, max = 2048)
        @Nullable String when,
    @JsonPropertyDescription(
            "A CEL expression for what a request costs, a whole number. Below 1 it is taken for 1,"
                + " above 1000 for 1000, and above what the limit ever holds for all of that."
                + " An error costs the most. Default: 1.")
        @Size(min = 1, max = 2048)
        @Nullable String cost,
    @JsonPropertyDescription(
            "Requests or Failures. Failures are charged when they come, and given back when their"
                + " response is a success: a status below 400, for gRPC the status 0."
                + " Default: Requests.")
        @Nullable Count count,
    @JsonPropertyDescription("An even rate.") @Nullable Rate rate,
    @JsonPropertyDescription("An allowance by the calendar.") @Nullable Quota quota,
    @JsonPropertyDescription(
            "Requests at once: each counts from when it comes until its response has ended.")
        @Min(1)
        @Max(100000)
        @Nullable Integer concurrency,
    @JsonPropertyDescription(
            "What becomes of a request beyond the limit. Deny, the default: it gets 429. Delay, of"
                + " a rate: Envoy holds it until the rate admits it, up to maxDelay; what would"
                + " wait longer gets 429.")
        @Nullable Action action,
    @JsonPropertyDescription(
            "With action Delay: the longest that a request is held, 1s to 10s. Default: 1s.")
        @Size(min = 2, max = 6)
        @Pattern(Names.DURATION)
        @ValidationRule(
            value = "duration(self) >= duration('1s') && duration(self) <= duration('10s')",
            message =
                "maxDelay must be 1s to 10s: clients give up, and each that waits costs Envoy")
        @Nullable String maxDelay,
    @JsonPropertyDescription("Allowances by auth.plan, instead of the one above.")
        @Size(min = 1, max = 32)
        @ValidationRule(
            value = "self.all(plan, plan.size() <= 63 && plan.matches('" + Names.PLAN + "'))",
            message =
                "plans: a plan's name has letters, digits, dot, underscore and dash, at most 63 of"
                    + " them")
        Map<String, PlanAllowance> plans) {

  /** Which requests a limit counts in the end. */
  public enum Count {
    /** All. */
    @JsonProperty("Requests")
    REQUESTS,
    /** Those whose response is no success. */
    @JsonProperty("Failures")
    FAILURES
  }

  public Limit {
    match = Absent.toEmpty(match);
    key = Absent.toEmpty(key);
    plans = Absent.toEmpty(plans);
  }
}

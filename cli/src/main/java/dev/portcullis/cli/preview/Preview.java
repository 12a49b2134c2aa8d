// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.preview;

import dev.portcullis.cli.preview.PreviewReport.Change;
import dev.portcullis.cli.preview.PreviewReport.Group;
import dev.portcullis.compiler.CompileResult;
import dev.portcullis.compiler.Endpoint;
import dev.portcullis.compiler.PolicyCompiler;
import dev.portcullis.compiler.PolicySet;
import dev.portcullis.engine.decision.Decision;
import dev.portcullis.engine.decision.RuleRef;
import dev.portcullis.engine.decision.ShadowFinding;
import dev.portcullis.engine.port.GeoSource;
import dev.portcullis.policy.decision.DenyReason;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Compares what was decided with what new policies would decide. Policies of now decide everything
 * again, too: where they do not come to what was recorded, the record does not say enough, and
 * nothing is claimed.
 */
public final class Preview {
  private final Replay now;
  private final Replay then;
  private final CompileResult compiled;
  private final RecordedDecisions decisions;
  private final Map<String, Optional<Endpoint>> places = new HashMap<>();

  /**
   * Compiles both.
   *
   * @param today the policies in force
   * @param planned the same with what is to change
   * @param geo where clients are
   * @throws dev.portcullis.cli.CommandException when the engine does not take a route
   */
  public Preview(PolicySet today, PolicySet planned, RecordedDecisions decisions, GeoSource geo) {
    this.decisions = decisions;
    Set<Endpoint> known = new HashSet<>();
    decisions
        .inOrder()
        .forEach(decision ->
            places.computeIfAbsent(decision.route(), RecordedPlace::of).ifPresent(known::add));
    this.then =
        new Replay(PolicyCompiler.compile(today.with(today.targets().withEndpoints(known))), geo);
    this.compiled = PolicyCompiler.compile(planned.with(planned.targets().withEndpoints(known)));
    this.now = new Replay(compiled, geo);
  }

  /** What became of the planned policies, with its diagnostics. */
  public CompileResult compiled() {
    return compiled;
  }

  /** Decides everything again. */
  public PreviewReport run() {
    PreviewReport report = new PreviewReport();
    for (RecordedDecision decision : decisions.inOrder()) {
      compare(decision, report);
    }
    new TreeMap<>(places)
        .forEach((route, place) ->
            place
                .map(then::recorded)
                .filter(share -> share < 1.0)
                .ifPresent(share ->
                    report.remark(
                        String.format(
                            Locale.ROOT,
                            "of what %s let in, the log has %s: limits may be reached sooner"
                                + " than here, and callers may be missing; audit.sample says"
                                + " so",
                            route,
                            share == 0 ? "nothing" : "a share of " + share))));
    if (decisions.left() > 0) {
      report.remark(
          decisions.left()
              + " older decisions were left out; only the newest "
              + RecordedDecisions.MAX
              + " are taken");
    }
    return report;
  }

  private void compare(RecordedDecision recorded, PreviewReport report) {
    Optional<Endpoint> place = places.getOrDefault(recorded.route(), Optional.empty());
    if (place.isEmpty()) {
      unknown(recorded, "the route's id does not say what stood behind it", report);
      return;
    }
    var methods = then.methods(place.get());
    Replay.Answer before = then.decide(recorded, place.get(), methods);
    Replay.Answer after = now.decide(recorded, place.get(), methods);
    Decision decision = after.decision();
    if (decision == null) {
      unknown(recorded, String.valueOf(after.unknown()), report);
    } else if (sameAs(recorded, decision) && (after.unknown() == null || sameBoth(before, after))) {
      report.same(recorded);
    } else if (after.unknown() != null) {
      unknown(recorded, after.unknown(), report);
    } else if (before.decision() != null
        && before.decision().allowed() != recorded.allowed()
        && sameBoth(before, after)) {
      unknown(
          recorded,
          "the policies of now do not decide it as it was decided either: they have changed, or it"
              + " depends on what is not recorded",
          report);
    } else {
      report.add(group(recorded, decision), recorded);
    }
  }

  private static boolean sameBoth(Replay.Answer before, Replay.Answer after) {
    return before.decision() != null
        && after.decision() != null
        && reason(before.decision()).equals(reason(after.decision()));
  }

  private static boolean sameAs(RecordedDecision recorded, Decision decision) {
    String then = recorded.reason() == null ? "" : recorded.reason();
    return then.equals(reason(decision))
        && (!recorded.allowed() || !decision.refusedInShadow() || recorded.shadowed());
  }

  private static String reason(Decision decision) {
    return decision.refusal() == null ? "" : decision.refusal().reason().name();
  }

  private static void unknown(RecordedDecision recorded, String why, PreviewReport report) {
    report.add(new Group(Change.UNKNOWN, recorded.route(), "", why), recorded);
  }

  private static Group group(RecordedDecision recorded, Decision decision) {
    if (decision.refusal() != null) {
      DenyReason reason = decision.refusal().reason();
      boolean limit = reason == DenyReason.RATE_LIMITED || reason == DenyReason.QUOTA_EXHAUSTED;
      Change change =
          !recorded.allowed() ? Change.OTHERWISE : limit ? Change.LIMITED : Change.REFUSED;
      return new Group(change, recorded.route(), by(decision.refusal().by()), reason.name());
    }
    if (!recorded.allowed()) {
      return new Group(
          Change.ADMITTED, recorded.route(), by(decision.by()), "was " + recorded.reason());
    }
    List<ShadowFinding> refusing =
        decision.shadow().stream().filter(finding -> finding.wouldDeny() != null).toList();
    ShadowFinding first = refusing.getFirst();
    return new Group(
        Change.SHADOW, recorded.route(), by(first.by()), String.valueOf(first.wouldDeny()));
  }

  private static String by(RuleRef by) {
    if (by.policy() == null) {
      return "";
    }
    return by.rule() == null ? by.policy().toString() : by.policy() + ", " + by.rule();
  }
}

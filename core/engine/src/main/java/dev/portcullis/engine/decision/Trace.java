// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.decision;

import dev.portcullis.expression.Variable;
import dev.portcullis.policy.decision.DenyReason;
import dev.portcullis.policy.decision.Phase;
import dev.portcullis.policy.plan.PolicyRef;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/*
 * Steps note what they look at while they run, into fields that are emptied when the step has ended.
 * All that is kept are references to what the plan holds, and numbers: nothing of the request. What
 * was read is a set of bits, since there are fewer variables than a long has.
 */
/**
 * What one decision went through: its steps in their order, and what each looked at. Holds names of
 * the plan and no value of the request. Used by one thread at a time, and by any number once the
 * decision is made.
 */
public final class Trace {
  /** Rules, limits and thresholds that are noted; more are left out. */
  public static final int MAX_LOOKS = 128;

  private final List<Step> steps = new ArrayList<>(8);
  private @Nullable List<Look> looks;
  private int looked;
  private long read;

  /** Nothing noted yet. */
  public Trace() {}

  /** Nothing noted yet, for what comes after what another one has noted. */
  public Trace(Trace before) {
    looked = before.looked;
  }

  /** What a step said. */
  public enum Said {
    /** It let the request in by name, as an Allow rule does. */
    ALLOW,
    /** It had nothing against the request. */
    PASS,
    /** It refused. */
    DENY,
    /** It could not tell, which refuses. */
    UNAVAILABLE,
    /** It needed more time than the thread had, and was run again on another. */
    WAIT,
    /** An earlier step refused. */
    NOT_REACHED
  }

  /** What became of a rule, limit or threshold that was looked at. */
  public enum Found {
    /** It applies, and decides where nothing before it does. */
    APPLIES,
    /** Its {@code match} is about other requests. */
    OTHER_REQUEST,
    /** The caller lacks a scope. */
    SCOPES_MISSING,
    /** Its {@code when} is false. */
    CONDITION_FALSE,
    /** Its {@code when} has no value, so that it does not allow. */
    CONDITION_FAILED,
    /** It would apply after a better authentication. */
    STEP_UP,
    /** A limit that grants the request. */
    GRANTED,
    /** A limit that grants the request when its turn has come. */
    DELAYS,
    /** A limit that is used up. */
    EXHAUSTED,
    /** The service is overloaded, and the request gives way. */
    GIVES_WAY,
    /** The score does not reach it. */
    NOT_REACHED,
    /** A list of addresses that has the client's. */
    IN_LIST,
    /** A list of addresses that has not the client's. */
    NOT_IN_LIST,
    /** A list of addresses that is not here. */
    LIST_ABSENT
  }

  /**
   * A rule, limit or threshold that a step looked at.
   *
   * @param shadow whether it may only record
   * @param condition its {@code when}, as the policy has it; null: none, or it was not looked at
   * @param remaining of a limit, the requests that are left; -1: it is none
   */
  public record Look(
      RuleRef by, boolean shadow, Found found, @Nullable String condition, long remaining) {}

  /**
   * One step.
   *
   * @param section of a policy that it is made of, such as {@code authentication}
   * @param source the policy that the section comes from; null: the engine, or several
   * @param by the rule that allowed or refused; null: none did
   * @param reason why it refused; null: it did not
   * @param nanos that it took; 0: it was not reached
   * @param looks in their order
   */
  public record Step(
      Phase phase,
      String section,
      @Nullable PolicyRef source,
      Said said,
      @Nullable RuleRef by,
      @Nullable DenyReason reason,
      long nanos,
      List<Look> looks,
      long readBits) {

    /** The variables that were read. */
    public Set<Variable> read() {
      Set<Variable> variables = EnumSet.noneOf(Variable.class);
      for (Variable variable : Variable.values()) {
        if ((readBits & bit(variable)) != 0) {
          variables.add(variable);
        }
      }
      return variables;
    }
  }

  @SuppressWarnings("EnumOrdinal") // The bits never leave the process.
  private static long bit(Variable variable) {
    return 1L << variable.ordinal();
  }

  /** Notes that the step at work reads a variable. */
  public void read(Variable variable) {
    read |= bit(variable);
  }

  /** Notes a rule or threshold that the step at work looks at. */
  public void look(RuleRef by, boolean shadow, Found found, @Nullable String condition) {
    add(new Look(by, shadow, found, condition, -1));
  }

  /** Notes a limit that the step at work asks. */
  public void look(RuleRef by, boolean shadow, Found found, long remaining) {
    add(new Look(by, shadow, found, null, remaining));
  }

  private void add(Look look) {
    if (looked++ < MAX_LOOKS) {
      if (looks == null) {
        looks = new ArrayList<>(4);
      }
      looks.add(look);
    }
  }

  /** Notes that the step at work has ended. */
  public void end(
      Phase phase,
      String section,
      @Nullable PolicyRef source,
      Said said,
      @Nullable RuleRef by,
      @Nullable DenyReason reason,
      long nanos) {
    steps.add(
        new Step(
            phase,
            section,
            source,
            said,
            by,
            reason,
            nanos,
            looks == null ? List.of() : looks,
            read));
    looks = null;
    read = 0;
  }

  /** Adds what was noted in one that goes on after this, and is not to be used any more. */
  public void add(Trace next) {
    steps.addAll(next.steps);
    looks = next.looks;
    looked = next.looked;
    read |= next.read;
  }

  /** The steps so far. */
  public List<Step> steps() {
    return List.copyOf(steps);
  }

  /** How many rules, limits and thresholds were looked at beyond those that are noted. */
  public int unnoted() {
    return Math.max(0, looked - MAX_LOOKS);
  }
}

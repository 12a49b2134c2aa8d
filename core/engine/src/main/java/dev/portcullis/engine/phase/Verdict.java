// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.phase;

import dev.portcullis.engine.Inquiry;
import dev.portcullis.engine.decision.Refusal;
import dev.portcullis.engine.decision.RuleRef;
import dev.portcullis.engine.limit.QuotaState;
import dev.portcullis.engine.request.HeaderField;
import dev.portcullis.policy.decision.DenyReason;
import java.util.List;

/** What one step says of a request. */
public sealed interface Verdict {

  /** The step has nothing to ask of this request. Never the outcome of an error. */
  NotApplicable NOT_APPLICABLE = new NotApplicable();

  /** The step lets the request pass to the next one. */
  record Allow(RuleRef by) implements Verdict {}

  /**
   * The step refuses the request.
   *
   * @param headers of the response, such as {@code www-authenticate}
   */
  record Deny(Refusal refusal, List<HeaderField> headers) implements Verdict {
    public Deny {
      headers = List.copyOf(headers);
    }
  }

  /** The step has nothing to ask of this request. */
  record NotApplicable() implements Verdict {}

  /**
   * The step cannot tell, so the request is refused.
   *
   * @param cause for operators; quotes no value of the request
   */
  record Unavailable(RuleRef by, String cause) implements Verdict {}

  /**
   * The step needs more of the thread than {@link Evaluation#patience} allows. It has changed
   * nothing, and is run again where it may have it.
   */
  enum Waits implements Verdict {
    WAITS
  }

  /**
   * The step needs an answer of somebody else. It has changed nothing, and is run again when the
   * answer is there.
   */
  record Asks(Inquiry inquiry) implements Verdict {}

  /** A refusal that says to clients what the reason says. */
  static Deny deny(RuleRef by, DenyReason reason) {
    return deny(by, reason, reason.title());
  }

  /** A refusal by a limit, which says to clients which one it is and when it has room again. */
  static Deny limited(RuleRef by, DenyReason reason, QuotaState state) {
    return deny(
        by, reason, reason.title() + ": limit " + by.rule() + comeBack(state.retrySeconds()));
  }

  /** How a sentence for clients ends that come too early. */
  static String comeBack(long seconds) {
    return ", try again in " + Math.max(1, seconds) + " s";
  }

  /** A refusal with a sentence for clients. */
  static Deny deny(RuleRef by, DenyReason reason, String detail) {
    return new Deny(new Refusal(reason, by, detail, ""), List.of());
  }
}

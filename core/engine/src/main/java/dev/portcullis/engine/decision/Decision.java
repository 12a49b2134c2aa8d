// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.decision;

import dev.portcullis.engine.authentication.Identity;
import dev.portcullis.engine.bot.BotScore;
import dev.portcullis.engine.limit.Reservation;
import dev.portcullis.engine.overload.LoadMark;
import dev.portcullis.engine.request.HeaderField;
import dev.portcullis.policy.match.IpAddress;
import dev.portcullis.policy.plan.AuditSpec;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The outcome of one request. A new decision is denied until every phase has run.
 *
 * @param id unique and not guessable: 26 characters of Crockford's base32, 128 bits
 * @param route as Envoy named it
 * @param refusal null exactly when the request is allowed
 * @param by the rule that decided
 * @param upstreamHeaders to set on the way to upstream, overwriting what the client sent
 * @param removedHeaders names to remove on the way to upstream; never also in {@code
 *     upstreamHeaders}
 * @param responseHeaders to add to the response, be it ours or upstream's: {@code
 *     www-authenticate}, {@code retry-after}, {@code ratelimit}, {@code ratelimit-policy}, {@code
 *     x-portcullis-acted}
 * @param shadow what things in shadow mode would have done
 * @param notes what went wrong on the way without deciding by itself, such as an expression that
 *     had no value; for operators only
 * @param bot null: not scored
 * @param identity null: not authenticated (yet)
 * @param validUntil seconds since 1970, when the credential ends that let the caller in; {@link
 *     Identity#NO_END}: none did, or it does not say
 * @param client address of the client behind trusted proxies
 * @param delay for how long Envoy holds the request before it passes it on; null: not at all, as
 *     when it is refused
 * @param audit what the decision log keeps
 * @param reservations what was charged until the request ends
 * @param quotaMarks quotas of which little or nothing is left since this request
 * @param load as what Envoy tells how the request fared; null: nobody asks
 * @param trace what the decision went through; null: nobody asked
 */
public record Decision(
    String id,
    String route,
    @Nullable Refusal refusal,
    RuleRef by,
    List<HeaderField> upstreamHeaders,
    List<String> removedHeaders,
    List<HeaderField> responseHeaders,
    List<ShadowFinding> shadow,
    List<String> notes,
    @Nullable BotScore bot,
    @Nullable Identity identity,
    long validUntil,
    IpAddress client,
    @Nullable Delay delay,
    AuditSpec audit,
    List<Reservation> reservations,
    List<QuotaMark> quotaMarks,
    @Nullable LoadMark load,
    @Nullable Trace trace)
    implements Outcome {

  /** Whether the request may pass. */
  public boolean allowed() {
    return refusal == null;
  }

  /**
   * What may be kept of it for people: without claims, and without headers, which may repeat them.
   */
  public Decision forPeople() {
    return new Decision(
        id,
        route,
        refusal,
        by,
        List.of(),
        List.of(),
        List.of(),
        shadow,
        notes,
        bot,
        identity == null ? null : identity.withoutClaims(),
        validUntil,
        client,
        delay,
        audit,
        List.of(),
        quotaMarks,
        null,
        trace);
  }

  /** Whether something in shadow mode would have refused the request. */
  public boolean refusedInShadow() {
    for (int i = 0; i < shadow.size(); i++) {
      if (shadow.get(i).wouldDeny() != null) {
        return true;
      }
    }
    return false;
  }
}

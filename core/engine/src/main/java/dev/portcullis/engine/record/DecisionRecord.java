// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.engine.record;

import dev.portcullis.engine.decision.Decision;
import dev.portcullis.engine.request.Headers;
import dev.portcullis.engine.request.RequestContext;
import dev.portcullis.policy.match.Principal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the log will say of one request, already redacted: no secret waits in the queue.
 *
 * @param principal of the connection; null: none
 * @param ja4 null: not known
 * @param query null: none
 * @param headers name and value in turn, at most {@value #MAX_HEADERS} headers
 */
public record DecisionRecord(
    Decision decision,
    Instant time,
    String requestId,
    @Nullable String principal,
    @Nullable String ja4,
    String method,
    String host,
    String path,
    @Nullable String query,
    String protocol,
    List<String> headers,
    long nanos) {
  private static final int MAX_HEADERS = 64;
  private static final int MAX_TEXT = 256;

  /** The longest path and query that are kept, in characters. */
  private static final int MAX_TARGET = 1024;

  /** Takes what may be kept; what is too long is cut. */
  public static DecisionRecord of(
      RequestContext request, Decision decision, Redaction redaction, long nanos) {
    String target = request.line().target();
    Principal principal = request.peer().principal();
    int mark = target.indexOf('?');
    return new DecisionRecord(
        decision.forPeople(),
        request.receivedAt(),
        cut(request.id(), MAX_TEXT),
        principal == null ? null : principal.value(),
        ja4(request),
        cut(request.method(), MAX_TEXT),
        cut(request.line().host(), MAX_TEXT),
        cut(redaction.path(mark < 0 ? target : target.substring(0, mark)), MAX_TARGET),
        mark < 0 ? null : cut(redaction.query(target.substring(mark + 1)), MAX_TARGET),
        request.line().protocol(),
        headers(request.headers(), redaction),
        nanos);
  }

  private static @Nullable String ja4(RequestContext request) {
    String ja4 = request.ja4();
    return ja4 == null ? null : cut(ja4, MAX_TEXT);
  }

  private static List<String> headers(Headers headers, Redaction redaction) {
    int count = Math.min(headers.size(), MAX_HEADERS);
    List<String> kept = new ArrayList<>(count * 2);
    for (int i = 0; i < count; i++) {
      String name = headers.name(i);
      kept.add(cut(name, MAX_TEXT));
      kept.add(cut(redaction.header(name, headers.value(i)), MAX_TEXT));
    }
    return kept;
  }

  private static String cut(String text, int length) {
    return text.length() <= length ? text : text.substring(0, length) + "…";
  }
}

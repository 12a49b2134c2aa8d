// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.check;

import com.google.rpc.Status;
import dev.portcullis.codec.probe.ProbeAnswer;
import dev.portcullis.engine.authentication.Identity;
import dev.portcullis.engine.decision.Decision;
import dev.portcullis.engine.decision.Delay;
import dev.portcullis.engine.decision.Refusal;
import dev.portcullis.engine.request.HeaderField;
import dev.portcullis.engine.request.Headers;
import dev.portcullis.extauthz.ending.Tickets;
import dev.portcullis.extauthz.wire.EncodedMessage;
import dev.portcullis.extauthz.wire.ReverseWriter;
import dev.portcullis.policy.decision.CheckNames;
import dev.portcullis.policy.decision.DenyReason;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.envoyproxy.envoy.service.auth.v3.DeniedHttpResponse;
import io.envoyproxy.envoy.service.auth.v3.OkHttpResponse;
import io.envoyproxy.envoy.type.v3.HttpStatus;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes every answer to Envoy; nothing else may write a {@link CheckResponse}. Thread-safe.
 *
 * <p>An answer always names its status and carries an HTTP response, because an empty one would let
 * the request pass. Every header says {@code append: false}: what is unset means "append" to some
 * versions of Envoy, and a client's own value would survive beside ours.
 *
 * <p>The writer runs backwards, so each method here names the last field first.
 */
public final class CheckResponseWriter {
  private static final String UNDECIDED = "The request was not decided; it may be tried again.";
  private static final int EXPECTED_BYTES = 1024;

  private final Tickets tickets;
  private final InstantSource clock;

  /** A writer that reads the system's clock. */
  public CheckResponseWriter(Tickets tickets) {
    this(tickets, InstantSource.system());
  }

  /** A writer that reads another clock. */
  CheckResponseWriter(Tickets tickets, InstantSource clock) {
    this.tickets = tickets;
    this.clock = clock;
  }

  /** The answer that carries out a decision. */
  public EncodedMessage write(Decision decision, @Nullable Headers request) {
    ReverseWriter out = new ReverseWriter(EXPECTED_BYTES);
    DecisionSummary.write(out, decision, tickets);
    Refusal refusal = decision.refusal();
    if (refusal == null) {
      allow(out, decision, request);
    } else {
      deny(out, decision, refusal, request != null && GrpcCaller.calls(request));
    }
    return out.finish();
  }

  /**
   * The answer when there is no decision: 503. It is the same for gRPC callers, to whom Envoy
   * translates the status.
   *
   * @param decisionId under which the operator's log tells why
   */
  public EncodedMessage undecided(String decisionId) {
    ReverseWriter out = new ReverseWriter(EXPECTED_BYTES);
    DenyReason reason = DenyReason.UNAVAILABLE;
    denied(out, reason, Problem.json(reason, UNDECIDED, decisionId), decisionId, List.of());
    return out.finish();
  }

  /**
   * The answer to a probe: refused like a request that no rule allows, and signed.
   *
   * @param answer the value of {@link ProbeAnswer#HEADER}
   */
  public EncodedMessage probed(String answer) {
    ReverseWriter out = new ReverseWriter(EXPECTED_BYTES);
    int response = out.mark();
    deniedHeader(out, "cache-control", "no-store");
    deniedHeader(out, ProbeAnswer.HEADER, answer);
    deniedStatus(out, DenyReason.NO_RULE_ALLOWS, response);
    return out.finish();
  }

  private void allow(ReverseWriter out, Decision decision, @Nullable Headers request) {
    int response = out.mark();
    joined(out, OkHttpResponse.RESPONSE_HEADERS_TO_ADD_FIELD_NUMBER, decision.responseHeaders());
    List<String> removed = decision.removedHeaders();
    for (int i = removed.size() - 1; i >= 0; i--) {
      out.string(OkHttpResponse.HEADERS_TO_REMOVE_FIELD_NUMBER, removed.get(i));
    }
    Delay delay = decision.delay();
    if (decision.validUntil() != Identity.NO_END && request != null && LongLived.is(request)) {
      // Envoy counts from when it passes the request on.
      Instant begun = clock.instant().plusMillis(delay == null ? 0 : delay.millis());
      String lifetime = LongLived.millis(decision.validUntil(), begun);
      if (!lifetime.isEmpty()) {
        header(out, OkHttpResponse.HEADERS_FIELD_NUMBER, LongLived.HEADER, lifetime);
      }
    }
    if (delay != null) {
      header(
          out,
          OkHttpResponse.HEADERS_FIELD_NUMBER,
          CheckNames.DELAY_HEADER,
          Long.toString(delay.millis()));
    }
    List<HeaderField> upstream = decision.upstreamHeaders();
    for (int i = upstream.size() - 1; i >= 0; i--) {
      HeaderField field = upstream.get(i);
      header(out, OkHttpResponse.HEADERS_FIELD_NUMBER, field.name(), field.value());
    }
    out.message(CheckResponse.OK_RESPONSE_FIELD_NUMBER, response);
    // The code of OK is 0, which is what an empty status says.
    out.message(CheckResponse.STATUS_FIELD_NUMBER, out.mark());
  }

  private static void deny(ReverseWriter out, Decision decision, Refusal refusal, boolean grpc) {
    DenyReason reason = refusal.reason();
    List<HeaderField> headers = decision.responseHeaders();
    if (grpc) {
      headers = new ArrayList<>(headers);
      headers.add(new HeaderField("grpc-status", Integer.toString(reason.grpcStatus())));
      headers.add(new HeaderField("grpc-message", GrpcCaller.message(refusal.detail())));
    }
    String body = grpc ? "" : Problem.json(reason, refusal.detail(), decision.id());
    denied(out, reason, body, decision.id(), headers);
  }

  private static void denied(
      ReverseWriter out, DenyReason reason, String body, String id, List<HeaderField> more) {
    int response = out.mark();
    out.string(DeniedHttpResponse.BODY_FIELD_NUMBER, body);
    joined(out, DeniedHttpResponse.HEADERS_FIELD_NUMBER, more);
    if (!body.isEmpty()) {
      deniedHeader(out, "content-type", CheckNames.PROBLEM_JSON);
    }
    deniedHeader(out, "cache-control", "no-store");
    deniedHeader(out, CheckNames.ACTED_HEADER, CheckNames.ACTED_REFUSED);
    deniedHeader(out, CheckNames.DECISION_ID_HEADER, id);
    deniedStatus(out, reason, response);
  }

  private static void deniedStatus(ReverseWriter out, DenyReason reason, int response) {
    int http = out.mark();
    out.number(HttpStatus.CODE_FIELD_NUMBER, reason.httpStatus());
    out.message(DeniedHttpResponse.STATUS_FIELD_NUMBER, http);
    out.message(CheckResponse.DENIED_RESPONSE_FIELD_NUMBER, response);

    int status = out.mark();
    out.string(Status.MESSAGE_FIELD_NUMBER, reason.name());
    out.number(Status.CODE_FIELD_NUMBER, reason.grpcStatus());
    out.message(CheckResponse.STATUS_FIELD_NUMBER, status);
  }

  private static void deniedHeader(ReverseWriter out, String name, String value) {
    header(out, DeniedHttpResponse.HEADERS_FIELD_NUMBER, name, value);
  }

  /**
   * Fields of one name become one line: each line overwrites the one before, and all that come here
   * are lists by their grammar (RFC 9110 section 5.3).
   */
  private static void joined(ReverseWriter out, int field, List<HeaderField> headers) {
    for (int i = headers.size() - 1; i >= 0; i--) {
      String name = headers.get(i).name();
      if (next(name, headers, 0) == i) {
        header(out, field, name, value(name, headers, i));
      }
    }
  }

  private static String value(String name, List<HeaderField> headers, int first) {
    String value = headers.get(first).value();
    int later = next(name, headers, first + 1);
    if (later < 0) {
      return value;
    }
    StringBuilder joined = new StringBuilder(value);
    for (; later >= 0; later = next(name, headers, later + 1)) {
      joined.append(", ").append(headers.get(later).value());
    }
    return joined.toString();
  }

  private static int next(String name, List<HeaderField> headers, int from) {
    for (int i = from; i < headers.size(); i++) {
      if (headers.get(i).name().equals(name)) {
        return i;
      }
    }
    return -1;
  }

  // Deprecated in favour of append_action, but the one field that every version of Envoy obeys.
  @SuppressWarnings("deprecation")
  private static void header(ReverseWriter out, int field, String name, String value) {
    int option = out.mark();
    out.message(HeaderValueOption.APPEND_FIELD_NUMBER, out.mark());
    int header = out.mark();
    out.string(HeaderValue.VALUE_FIELD_NUMBER, value);
    out.string(HeaderValue.KEY_FIELD_NUMBER, name);
    out.message(HeaderValueOption.HEADER_FIELD_NUMBER, header);
    out.message(field, option);
  }
}

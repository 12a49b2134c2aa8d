// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.check;

import com.google.protobuf.BoolValue;
import com.google.rpc.Code;
import com.google.rpc.Status;
import dev.portcullis.engine.decision.Decision;
import dev.portcullis.engine.decision.Refusal;
import dev.portcullis.engine.request.HeaderField;
import dev.portcullis.engine.request.Headers;
import dev.portcullis.policy.decision.CheckNames;
import dev.portcullis.policy.decision.DenyReason;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.envoyproxy.envoy.service.auth.v3.DeniedHttpResponse;
import io.envoyproxy.envoy.service.auth.v3.OkHttpResponse;
import io.envoyproxy.envoy.type.v3.HttpStatus;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Makes every answer to Envoy; nothing else may build a {@link CheckResponse}.
 *
 * <p>An answer always names its status and carries an HTTP response, because an empty one would let
 * the request pass. Every header says {@code append: false}: what is unset means "append" to some
 * versions of Envoy, and a client's own value would survive beside ours.
 */
public final class CheckResponseMapper {
  private static final Status OK = Status.newBuilder().setCode(Code.OK_VALUE).build();
  private static final BoolValue OVERWRITE = BoolValue.of(false);
  private static final String UNDECIDED = "The request was not decided; it may be tried again.";

  /** The answer that carries out a decision. */
  public CheckResponse map(Decision decision, @Nullable Headers request) {
    Refusal refusal = decision.refusal();
    return refusal == null
        ? allow(decision)
        : deny(decision, refusal, request != null && GrpcCaller.calls(request));
  }

  /**
   * The answer when there is no decision: 503. It is the same for gRPC callers, to whom Envoy
   * translates the status.
   *
   * @param decisionId under which the operator's log tells why
   */
  public CheckResponse undecided(String decisionId) {
    return denied(
            DenyReason.UNAVAILABLE,
            Problem.json(DenyReason.UNAVAILABLE, UNDECIDED, decisionId),
            decisionId)
        .build();
  }

  private static CheckResponse allow(Decision decision) {
    OkHttpResponse.Builder response = OkHttpResponse.newBuilder();
    for (HeaderField field : decision.upstreamHeaders()) {
      response.addHeaders(header(field.name(), field.value()));
    }
    for (String name : decision.removedHeaders()) {
      response.addHeadersToRemove(name);
    }
    addJoined(decision.responseHeaders(), response::addResponseHeadersToAdd);
    return CheckResponse.newBuilder()
        .setStatus(OK)
        .setOkResponse(response)
        .setDynamicMetadata(DecisionSummary.of(decision))
        .build();
  }

  private static CheckResponse deny(Decision decision, Refusal refusal, boolean grpc) {
    DenyReason reason = refusal.reason();
    CheckResponse.Builder answer =
        denied(
            reason,
            grpc ? "" : Problem.json(reason, refusal.detail(), decision.id()),
            decision.id());
    DeniedHttpResponse.Builder response = answer.getDeniedResponseBuilder();
    if (grpc) {
      response.addHeaders(header("grpc-status", Integer.toString(reason.grpcStatus())));
      response.addHeaders(header("grpc-message", GrpcCaller.message(refusal.detail())));
    }
    addJoined(decision.responseHeaders(), response::addHeaders);
    return answer.setDynamicMetadata(DecisionSummary.of(decision)).build();
  }

  private static CheckResponse.Builder denied(DenyReason reason, String body, String decisionId) {
    DeniedHttpResponse.Builder response =
        DeniedHttpResponse.newBuilder()
            .setStatus(HttpStatus.newBuilder().setCodeValue(reason.httpStatus()))
            .setBody(body)
            .addHeaders(header(CheckNames.DECISION_ID_HEADER, decisionId))
            .addHeaders(header("cache-control", "no-store"));
    if (!body.isEmpty()) {
      response.addHeaders(header("content-type", CheckNames.PROBLEM_JSON));
    }
    return CheckResponse.newBuilder()
        .setStatus(Status.newBuilder().setCode(reason.grpcStatus()).setMessage(reason.name()))
        .setDeniedResponse(response);
  }

  /**
   * Fields of one name become one line: each line overwrites the one before, and all that come here
   * are lists by their grammar (RFC 9110 section 5.3).
   */
  private static void addJoined(List<HeaderField> fields, Consumer<HeaderValueOption> add) {
    for (int i = 0; i < fields.size(); i++) {
      String name = fields.get(i).name();
      if (firstOf(name, fields) == i) {
        StringBuilder value = new StringBuilder(fields.get(i).value());
        for (HeaderField later : fields.subList(i + 1, fields.size())) {
          if (later.name().equals(name)) {
            value.append(", ").append(later.value());
          }
        }
        add.accept(header(name, value.toString()));
      }
    }
  }

  private static int firstOf(String name, List<HeaderField> fields) {
    int i = 0;
    while (!fields.get(i).name().equals(name)) {
      i++;
    }
    return i;
  }

  // Deprecated in favour of append_action, but the one field that every version of Envoy obeys.
  @SuppressWarnings("deprecation")
  private static HeaderValueOption header(String name, String value) {
    return HeaderValueOption.newBuilder()
        .setHeader(HeaderValue.newBuilder().setKey(name).setValue(value))
        .setAppend(OVERWRITE)
        .build();
  }
}

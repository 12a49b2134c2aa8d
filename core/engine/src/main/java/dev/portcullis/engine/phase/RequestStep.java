// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.phase;

import dev.portcullis.engine.decision.RuleRef;
import dev.portcullis.engine.port.AddressLists;
import dev.portcullis.engine.request.Headers;
import dev.portcullis.expression.Variable;
import dev.portcullis.policy.decision.DenyReason;
import dev.portcullis.policy.decision.Phase;
import dev.portcullis.policy.plan.Mode;
import dev.portcullis.policy.plan.PolicyRef;
import dev.portcullis.policy.plan.RequestSpec;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a policy demands of a request's form and sender. */
public final class RequestStep implements PhaseStep {
  private static final List<Variable> INPUTS =
      List.of(
          Variable.SOURCE_ADDRESS,
          Variable.REQUEST_METHOD,
          Variable.REQUEST_HEADERS,
          Variable.REQUEST_QUERY);
  private final RequestSpec spec;
  private final AddressRules addresses;

  /** Compiles the section. */
  public RequestStep(RequestSpec spec, AddressLists lists) {
    this.spec = spec;
    this.addresses = new AddressRules(spec, lists);
  }

  @Override
  public Phase phase() {
    return Phase.HYGIENE;
  }

  @Override
  public String section() {
    return "request";
  }

  @Override
  public PolicyRef source() {
    return spec.source();
  }

  @Override
  public Verdict decide(Evaluation evaluation) {
    evaluation.reads(INPUTS);
    Verdict fault = firstFault(evaluation);
    if (fault == null || spec.mode() == Mode.ENFORCE) {
      return fault == null ? Verdict.NOT_APPLICABLE : fault;
    }
    switch (fault) {
      case Verdict.Deny deny -> evaluation.shadow(deny.refusal().by(), deny.refusal().reason());
      case Verdict.Unavailable absent -> evaluation.shadow(absent.by(), DenyReason.UNAVAILABLE);
      case Verdict.Allow _, Verdict.NotApplicable _, Verdict.Waits _, Verdict.Asks _ ->
          throw new IllegalStateException("not a fault: " + fault);
    }
    return Verdict.NOT_APPLICABLE;
  }

  private @Nullable Verdict firstFault(Evaluation evaluation) {
    Verdict stranger = addresses.fault(evaluation);
    if (stranger != null) {
      return stranger;
    }
    Headers headers = evaluation.request().headers();
    if (spec.maxHeaderBytes() != null && headers.length() > spec.maxHeaderBytes()) {
      return deny("maxHeaderBytes", DenyReason.HEADERS_TOO_LARGE);
    }
    if (spec.maxQueryParameters() != null
        && evaluation.request().query().size() > spec.maxQueryParameters()) {
      return deny("maxQueryParameters", DenyReason.TOO_MANY_PARAMETERS);
    }
    if (spec.maxBodyBytes() != null && declaresMoreThan(headers, spec.maxBodyBytes())) {
      return deny("maxBodyBytes", DenyReason.BODY_TOO_LARGE);
    }
    if (!spec.contentTypes().isEmpty()
        && mayHaveBody(evaluation.request().method(), headers)
        && !spec.contentTypes().contains(mediaType(headers))) {
      return deny("contentTypes", DenyReason.UNSUPPORTED_CONTENT_TYPE);
    }
    return null;
  }

  private Verdict.Deny deny(String field, DenyReason reason) {
    return Verdict.deny(new RuleRef(Phase.HYGIENE, spec.source(), field), reason);
  }

  /**
   * Whether Content-Length says more, or is no number. A body without a declared length is counted
   * by Envoy's filter.
   */
  private static boolean declaresMoreThan(Headers headers, long most) {
    String declared = headers.first("content-length");
    if (declared == null) {
      return false;
    }
    try {
      long length = Long.parseLong(declared);
      return length < 0 || length > most;
    } catch (NumberFormatException _) {
      return true;
    }
  }

  /**
   * Whether a body may follow: a length above 0, a transfer encoding or a content type announce
   * one. HTTP/2 needs no announcement, so methods whose purpose is a body are taken to have one.
   */
  private static boolean mayHaveBody(String method, Headers headers) {
    String length = headers.first("content-length");
    if (length != null) {
      return !length.equals("0");
    }
    return headers.contains("transfer-encoding")
        || headers.contains("content-type")
        || switch (method) {
          case "POST", "PUT", "PATCH", "QUERY" -> true;
          default -> false;
        };
  }

  /** The media type in lower case without parameters; empty: none. */
  private static String mediaType(Headers headers) {
    String type = headers.first("content-type");
    if (type == null) {
      return "";
    }
    int parameters = type.indexOf(';');
    return (parameters < 0 ? type : type.substring(0, parameters)).strip().toLowerCase(Locale.ROOT);
  }
}

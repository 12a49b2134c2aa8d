// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.phase;

import dev.portcullis.engine.decision.RuleRef;
import dev.portcullis.engine.request.Headers;
import dev.portcullis.policy.decision.DenyReason;
import dev.portcullis.policy.decision.Phase;
import dev.portcullis.policy.match.CidrSet;
import dev.portcullis.policy.match.IpAddress;
import dev.portcullis.policy.plan.RequestSpec;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a policy demands of a request's form and sender. */
public final class RequestStep implements PhaseStep {
  private final RequestSpec spec;
  private final CidrSet allowed;
  private final CidrSet denied;

  /** Compiles the section. */
  public RequestStep(RequestSpec spec) {
    this.spec = spec;
    this.allowed = CidrSet.of(spec.allowAddresses());
    this.denied = CidrSet.of(spec.denyAddresses());
  }

  @Override
  public Phase phase() {
    return Phase.HYGIENE;
  }

  @Override
  public Verdict decide(Evaluation evaluation) {
    Verdict.@Nullable Deny deny = firstFault(evaluation);
    if (deny == null) {
      return Verdict.NOT_APPLICABLE;
    }
    return switch (spec.mode()) {
      case ENFORCE -> deny;
      case SHADOW -> {
        evaluation.shadow(deny.refusal().by(), deny.refusal().reason());
        yield Verdict.NOT_APPLICABLE;
      }
    };
  }

  private Verdict.@Nullable Deny firstFault(Evaluation evaluation) {
    IpAddress client = evaluation.client();
    Headers headers = evaluation.request().headers();
    if (denied.contains(client) || (!allowed.isEmpty() && !allowed.contains(client))) {
      return deny("ipAccess", DenyReason.ADDRESS_DENIED);
    }
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

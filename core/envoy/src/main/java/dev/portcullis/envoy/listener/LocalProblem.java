// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy.listener;

import dev.portcullis.policy.decision.CheckNames;
import dev.portcullis.policy.decision.DenyReason;
import org.jspecify.annotations.Nullable;

/** What Envoy refuses by itself, in words that tell clients what to mend and nothing more. */
enum LocalProblem {
  /** Before the other 503, and told apart by its cause. */
  UNDECIDED(DenyReason.UNAVAILABLE, true, "The decision service did not answer in time."),
  BAD_REQUEST(
      DenyReason.MALFORMED_REQUEST,
      false,
      "The request is malformed, or its path can be read in more than one way."),
  FORBIDDEN(403, "Forbidden", "This protocol upgrade is not accepted."),
  NOT_FOUND(404, "Not Found", "No service answers for this host."),
  TIMEOUT(408, "Request Timeout", "The request was not received in time."),
  TOO_LARGE(DenyReason.BODY_TOO_LARGE, true, "The request's body is larger than is accepted here."),
  UPGRADE_REQUIRED(426, "Upgrade Required", "HTTP/1.1 or newer is needed."),
  HEADERS_TOO_LARGE(DenyReason.HEADERS_TOO_LARGE, false, "Send fewer or shorter headers."),
  TOO_MANY(
      DenyReason.RATE_LIMITED,
      false,
      "Too many requests: limit floodGuard, try again in %RESP(RETRY-AFTER)% s"),
  INTERNAL(500, "Internal Server Error", "The request could not be handled."),
  BAD_GATEWAY(502, "Bad Gateway", "The service's answer could not be understood."),
  UNAVAILABLE(503, "Service Unavailable", "The service cannot be reached now."),
  GATEWAY_TIMEOUT(504, "Gateway Timeout", "The service did not answer in time.");

  /** The type of a problem that says no more than its status (RFC 9457). */
  static final String UNTYPED = "about:blank";

  private final int status;
  private final boolean afterDecision;
  private final String type;
  private final String title;
  private final String detail;

  /** What the decision service refuses too, in the same terms. */
  LocalProblem(DenyReason reason, boolean afterDecision, String detail) {
    this.status = reason.httpStatus();
    this.afterDecision = afterDecision;
    this.type = reason.problemType();
    this.title = reason.title();
    this.detail = detail;
  }

  /** What only Envoy refuses; the title is the phrase of the status. */
  LocalProblem(int status, String title, String detail) {
    this.status = status;
    this.afterDecision = status >= 500;
    this.type = UNTYPED;
    this.title = title;
    this.detail = detail;
  }

  int status() {
    return status;
  }

  /**
   * Whether the decision service may know the request, so that its id is worth telling. Before
   * that, Envoy has not yet replaced a request id that the client made up.
   */
  boolean afterDecision() {
    return afterDecision;
  }

  /**
   * Who answered instead of the service, as {@code CheckNames.ACTED_HEADER} says; null: the answer
   * says how the service fares, or may.
   */
  @Nullable String acted() {
    return switch (this) {
      case UNDECIDED -> CheckNames.ACTED_UNDECIDED;
      case BAD_REQUEST,
          FORBIDDEN,
          NOT_FOUND,
          TOO_LARGE,
          UPGRADE_REQUIRED,
          HEADERS_TOO_LARGE,
          TOO_MANY ->
          CheckNames.ACTED_REFUSED;
      case TIMEOUT, INTERNAL, BAD_GATEWAY, UNAVAILABLE, GATEWAY_TIMEOUT -> null;
    };
  }

  /** A stable URI, or {@link #UNTYPED}. */
  String type() {
    return type;
  }

  String title() {
    return title;
  }

  /** A sentence for clients, in which Envoy puts values for what stands between percent signs. */
  String detail() {
    return detail;
  }
}

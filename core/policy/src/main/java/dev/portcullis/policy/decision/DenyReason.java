// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.policy.decision;

import java.util.Locale;

/**
 * Why a request was refused. Names are stable: they stand in problem documents, logs and metrics.
 *
 * <p>The HTTP status is the one clients of the API see, the gRPC status the one that callers of
 * gRPC methods see.
 */
public enum DenyReason {
  AMBIGUOUS_PATH(400, 3, "The request path can be read in more than one way"),
  MALFORMED_REQUEST(400, 3, "The request is malformed"),
  METHOD_OVERRIDE(400, 3, "The request tries to override its method"),
  TOO_MANY_PARAMETERS(400, 3, "The query has too many parameters"),
  HEADERS_TOO_LARGE(431, 3, "The request's headers are too large"),
  BODY_TOO_LARGE(413, 3, "The request's body is too large"),
  UNSUPPORTED_CONTENT_TYPE(415, 3, "The content type is not accepted here"),
  ADDRESS_DENIED(403, 7, "Requests from this address are not accepted"),
  COUNTRY_DENIED(403, 7, "Requests from this country are not accepted"),
  MTLS_REQUIRED(403, 7, "Callers must identify themselves by mutual TLS"),
  PRINCIPAL_NOT_ACCEPTED(403, 7, "This workload identity is not accepted here"),
  CREDENTIALS_MISSING(401, 16, "Authentication is required"),
  CREDENTIALS_INVALID(401, 16, "The credentials are not valid"),
  PROOF_INVALID(401, 16, "The proof that the token's holder sent the request is not valid"),
  STEP_UP_REQUIRED(401, 16, "A stronger or more recent authentication is required"),
  BOT(403, 7, "The request looks automated"),
  RULE_DENIED(403, 7, "A rule forbids this request"),
  NO_RULE_ALLOWS(403, 7, "No rule allows this request"),
  RATE_LIMITED(429, 8, "Too many requests"),
  QUOTA_EXHAUSTED(429, 8, "The quota is used up"),
  CONCURRENCY_EXCEEDED(429, 8, "Too many requests at once"),
  OVERLOADED(503, 14, "The service is overloaded"),
  ROUTE_CLOSED(503, 14, "This route is closed"),
  ROUTE_UNKNOWN(503, 14, "This route is not known"),
  UNAVAILABLE(503, 14, "The request cannot be decided now");

  private final int httpStatus;
  private final int grpcStatus;
  private final String title;
  private final String problemType;

  DenyReason(int httpStatus, int grpcStatus, String title) {
    this.httpStatus = httpStatus;
    this.grpcStatus = grpcStatus;
    this.title = title;
    this.problemType =
        "https://portcullis.dev/problems/" + name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The status that HTTP clients see. */
  public int httpStatus() {
    return httpStatus;
  }

  /** The {@code grpc-status} that gRPC callers see. */
  public int grpcStatus() {
    return grpcStatus;
  }

  /**
   * The {@code type} of its problem document (RFC 9457), stable: {@code
   * https://portcullis.dev/problems/rate-limited}.
   */
  public String problemType() {
    return problemType;
  }

  /** One sentence for people; says nothing about secrets. */
  public String title() {
    return title;
  }
}

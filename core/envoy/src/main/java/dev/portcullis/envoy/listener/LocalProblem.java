// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy.listener;

/** What Envoy refuses by itself, in words that tell clients what to mend and nothing more. */
enum LocalProblem {
  BAD_REQUEST(
      400, false, "Bad Request", "The request is malformed, or its path can be read in two ways."),
  FORBIDDEN(403, false, "Forbidden", "This protocol upgrade is not accepted."),
  NOT_FOUND(404, false, "Not Found", "No service answers for this host."),
  TIMEOUT(408, false, "Request Timeout", "The request was not received in time."),
  TOO_LARGE(413, true, "Content Too Large", "The request's body is larger than is accepted here."),
  UPGRADE_REQUIRED(426, false, "Upgrade Required", "HTTP/1.1 or newer is needed."),
  HEADERS_TOO_LARGE(
      431, false, "Request Header Fields Too Large", "The request's headers are too large."),
  INTERNAL(500, true, "Internal Server Error", "The request could not be handled."),
  BAD_GATEWAY(502, true, "Bad Gateway", "The service's answer could not be understood."),
  UNAVAILABLE(503, true, "Service Unavailable", "The request cannot be decided or forwarded now."),
  GATEWAY_TIMEOUT(504, true, "Gateway Timeout", "The service did not answer in time.");

  private final int status;
  private final boolean afterDecision;
  private final String title;
  private final String detail;

  LocalProblem(int status, boolean afterDecision, String title, String detail) {
    this.status = status;
    this.afterDecision = afterDecision;
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

  /** The phrase of the status, as RFC 9457 wants it for {@code about:blank}. */
  String title() {
    return title;
  }

  String detail() {
    return detail;
  }
}

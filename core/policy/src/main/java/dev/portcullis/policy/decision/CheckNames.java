// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.policy.decision;

/** Names on which Envoy's configuration and the decision service agree. */
public final class CheckNames {
  /**
   * The context extension that holds the route id. Set by Envoy's configuration of the route, out
   * of reach of clients.
   */
  public static final String ROUTE = "portcullis.route";

  /** The media type of refusals (RFC 9457). */
  public static final String PROBLEM_JSON = "application/problem+json";

  /** The response header of a refusal that names the decision, as its problem document does. */
  public static final String DECISION_ID_HEADER = "x-portcullis-decision-id";

  /**
   * The response header that tells a gateway in front that an answer, or a part of the time that it
   * took, is not the service's but that of what guards it.
   */
  public static final String ACTED_HEADER = "x-portcullis-acted";

  /** The request was refused. */
  public static final String ACTED_REFUSED = "refused";

  /** The decision service did not answer Envoy. */
  public static final String ACTED_UNDECIDED = "undecided";

  /** What comes before the number of milliseconds for which the request was held, and passed. */
  public static final String ACTED_HELD = "held=";

  /**
   * The request header in which a gateway that ends TLS says what the client's first message looked
   * like (JA4). Envoys take it away from what clients send, on every listener.
   */
  public static final String JA4_HEADER = "x-portcullis-ja4";

  /**
   * Likewise the version of TLS that the gateway and the client agreed on, such as {@code TLSv1.3}.
   */
  public static final String TLS_VERSION_HEADER = "x-portcullis-tls-version";

  /** Likewise the server that the client asked for when its connection began (SNI). */
  public static final String TLS_SNI_HEADER = "x-portcullis-tls-sni";

  /**
   * The request header in which the decision service tells Envoy for how many milliseconds it holds
   * the request. The name is Envoy's. Envoys take it away from what clients send, on every
   * listener, and do not pass it on.
   */
  public static final String DELAY_HEADER = "x-envoy-fault-delay-request";

  private CheckNames() {}
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.fleet;

import dev.portcullis.envoy.SidecarBootstrap;
import dev.portcullis.envoy.listener.InboundListeners;
import dev.portcullis.envoy.listener.OutboundListeners;

/** Labels, annotations, containers and ports that a guarded pod carries. */
public final class Names {
  /** Label of injected pods: how their traffic is intercepted. */
  public static final String SIDECAR = "portcullis.dev/sidecar";

  /**
   * Annotation of pods, or of their namespace: {@link dev.portcullis.envoy.sidecar.Interception}.
   */
  public static final String INTERCEPTION = "portcullis.dev/interception";

  /** Annotation of injected pods in rewrite mode: JSON, which port was moved where. */
  public static final String PORTS = "portcullis.dev/ports";

  /** Label of injected pods in rewrite mode: the ports of the application that were moved. */
  public static final String MOVED = "portcullis.dev/moved";

  /** Annotation of injected pods in redirect mode: JSON, what the rewritten probes ask. */
  public static final String PROBES = "portcullis.dev/probes";

  /** The sidecar. */
  public static final String PROXY_CONTAINER = "portcullis-proxy";

  /** The init container that redirects traffic. */
  public static final String REDIRECT_CONTAINER = "portcullis-redirect";

  /** User and group of the sidecar; what this user sends is not intercepted. */
  public static final int USER = 1337;

  /** Outbound listener, redirect mode. */
  public static final int OUTBOUND_PORT = OutboundListeners.REDIRECTED_PORT;

  /** Inbound listener, redirect mode. */
  public static final int INBOUND_PORT = InboundListeners.REDIRECTED_PORT;

  /** Health, drain, metrics and forwarded probes. */
  public static final int HEALTH_PORT = SidecarBootstrap.HEALTH_PORT;

  /** What that port is called, for those who scrape metrics. */
  public static final String HEALTH_PORT_NAME = "portcullis";

  /** Egress listener on 127.0.0.1, rewrite mode. */
  public static final int EGRESS_PORT = OutboundListeners.EGRESS_PORT;

  /** The sidecar's listener for the first moved port, rewrite mode; the next one is the next. */
  public static final int FIRST_MOVED_PORT = 20000;

  private Names() {}
}

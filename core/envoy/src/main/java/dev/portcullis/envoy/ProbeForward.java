// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy;

import java.util.regex.Pattern;

/**
 * A probe or hook of the application, that the sidecar passes on or answers: the kubelet has no
 * certificate to show, and its probes prove nothing that a policy could ask for.
 *
 * @param name container and kind, such as {@code app/readiness}
 * @param how what the sidecar does then
 * @param port where the application listens
 * @param target path and query that the application is asked for; for gRPC the service, maybe
 *     empty; for TCP empty
 * @param seconds how long the kubelet waits, at least 1
 */
public record ProbeForward(String name, How how, int port, String target, int seconds) {
  private static final Pattern NAME =
      Pattern.compile("[a-z0-9-]{1,63}/(liveness|readiness|startup|poststart|prestop)");
  private static final int MAX_TARGET = 2_048;

  /** What a sidecar does when it is asked. */
  public enum How {
    /** Passes the request on. */
    HTTP,
    /** Passes the request on over TLS; nobody looks at the certificate, nor does the kubelet. */
    HTTPS,
    /** Says 200 while connections can be made, else 503. */
    TCP,
    /** Says 200 while {@code grpc.health.v1.Health} says SERVING, else 503. */
    GRPC;

    /** Whether requests reach the application; else the sidecar asks it by itself. */
    public boolean passesOn() {
      return this == HTTP || this == HTTPS;
    }
  }

  public ProbeForward {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("not CONTAINER/PROBE: " + name);
    }
    new HostPort("127.0.0.1", port);
    if (target.length() > MAX_TARGET
        || !target.chars().allMatch(each -> each > 0x20 && each < 0x7f)) {
      throw new IllegalArgumentException(
          "a probe asks for at most " + MAX_TARGET + " printable characters without blanks");
    }
    if (how.passesOn() != target.startsWith("/")) {
      throw new IllegalArgumentException("a path begins with /, and nothing else does: " + target);
    }
    if (seconds < 1) {
      throw new IllegalArgumentException("a probe waits at least 1 s, not " + seconds);
    }
  }

  /**
   * The path under which the kubelet asks the sidecar.
   *
   * @param word that only the kubelet and the pod's own specification know; metrics do not show it
   */
  public String path(String word) {
    return "/probe/" + word + "/" + name;
  }

  /** The cluster that leads to the application's port; one of its own for what is asked there. */
  public String cluster() {
    return switch (how) {
      case HTTP -> "probe/" + port;
      case HTTPS -> "probe/" + port + "/tls";
      case TCP, GRPC -> "probe/" + name;
    };
  }
}

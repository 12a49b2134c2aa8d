// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy;

import java.util.regex.Pattern;

/**
 * An HTTP probe of the application, that the sidecar passes on: the kubelet has no certificate to
 * show, and its probes prove nothing that a policy could ask for.
 *
 * @param path under which the kubelet asks the sidecar, such as {@code /probe/app/readiness}
 * @param port where the application listens
 * @param target path and query that the application is asked for
 * @param tls whether the application speaks TLS there; its certificate is not looked at, as the
 *     kubelet would not either
 * @param seconds how long the kubelet waits, at least 1
 */
public record ProbeForward(String path, int port, String target, boolean tls, int seconds) {
  private static final Pattern PATH =
      Pattern.compile("/probe/[a-z0-9-]{1,63}/(liveness|readiness|startup)");
  private static final int MAX_TARGET = 2_048;

  public ProbeForward {
    if (!PATH.matcher(path).matches()) {
      throw new IllegalArgumentException("not /probe/CONTAINER/PROBE: " + path);
    }
    new HostPort("127.0.0.1", port);
    if (!target.startsWith("/")
        || target.length() > MAX_TARGET
        || !target.chars().allMatch(each -> each > 0x20 && each < 0x7f)) {
      throw new IllegalArgumentException(
          "a probe's path begins with / and has at most " + MAX_TARGET + " printable characters");
    }
    if (seconds < 1) {
      throw new IllegalArgumentException("a probe waits at least 1 s, not " + seconds);
    }
  }

  /** The cluster that leads to the application's port. */
  public String cluster() {
    return "probe/" + port + (tls ? "/tls" : "");
  }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler.check;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Set;

/** Decides from where a key set may be fetched. */
final class JwksUri {
  private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

  private JwksUri() {}

  /** Why keys must not come from there, as the rest of a sentence; empty when they may. */
  static String refusal(String uri) {
    URI parsed;
    try {
      parsed = new URI(uri);
    } catch (URISyntaxException e) {
      return "is not a URL";
    }
    String host = parsed.getHost();
    String scheme = parsed.getScheme();
    if (host == null || host.isEmpty() || scheme == null) {
      return "is not a URL with a host";
    }
    if (parsed.getUserInfo() != null) {
      return "carries credentials, which everybody who reads the policy would read";
    }
    if (parsed.getFragment() != null) {
      return "has a fragment";
    }
    if (parsed.getPort() > 65_535 || parsed.getPort() == 0) {
      return "has a port outside of 1 to 65535";
    }
    return switch (scheme.toLowerCase(Locale.ROOT)) {
      case "https" -> "";
      case "http" -> inside(host.toLowerCase(Locale.ROOT)) ? "" : "is not https";
      default -> "is neither https nor http";
    };
  }

  private static boolean inside(String host) {
    return LOOPBACK.contains(host) || host.endsWith(".svc") || host.endsWith(".svc.cluster.local");
  }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy;

import dev.portcullis.policy.match.IpAddress;
import java.util.regex.Pattern;

/**
 * Where something listens.
 *
 * @param host an IPv4 or IPv6 address without brackets, or a DNS name; at most 253 characters
 * @param port 1 to 65535
 */
public record HostPort(String host, int port) {
  private static final Pattern NAME =
      Pattern.compile("[A-Za-z0-9_]([A-Za-z0-9_-]{0,62})(\\.[A-Za-z0-9_][A-Za-z0-9_-]{0,62})*");
  private static final Pattern LOOKS_LIKE_ADDRESS = Pattern.compile("[0-9.]+|.*:.*");

  public HostPort {
    if (host.length() > 253 || !(isAddress(host) || NAME.matcher(host).matches())) {
      throw new IllegalArgumentException("not a host (an IP address or a DNS name): " + host);
    }
    if (port < 1 || port > 65535) {
      throw new IllegalArgumentException("not a port (1 to 65535): " + port);
    }
  }

  /**
   * Reads {@code host:port} or {@code [ipv6]:port}.
   *
   * @throws IllegalArgumentException when the text is neither
   */
  public static HostPort parse(String text) {
    int colon = text.lastIndexOf(':');
    if (colon < 1 || !text.substring(colon + 1).matches("[0-9]{1,5}")) {
      throw new IllegalArgumentException("not HOST:PORT: " + text);
    }
    String host = text.substring(0, colon);
    boolean bracketed = host.startsWith("[") && host.endsWith("]");
    if (!bracketed && host.indexOf(':') >= 0) {
      throw new IllegalArgumentException("not HOST:PORT (write IPv6 as [::1]:8080): " + text);
    }
    return new HostPort(
        bracketed ? host.substring(1, host.length() - 1) : host,
        Integer.parseInt(text.substring(colon + 1)));
  }

  /** Whether the host is an address, so that no name server has to be asked. */
  public boolean isAddress() {
    return isAddress(host);
  }

  /** What looks like an address must be one: {@code 1.2.3} is neither an address nor a name. */
  private static boolean isAddress(String host) {
    if (!LOOKS_LIKE_ADDRESS.matcher(host).matches()) {
      return false;
    }
    IpAddress.parse(host);
    return true;
  }

  /** {@code host:port}, IPv6 in brackets. */
  @Override
  public String toString() {
    return host.indexOf(':') >= 0 ? "[" + host + "]:" + port : host + ":" + port;
  }
}

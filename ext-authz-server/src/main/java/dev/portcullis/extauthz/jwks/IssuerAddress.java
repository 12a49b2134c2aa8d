// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.jwks;

import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;

/**
 * Where an issuer may be. Whoever writes a policy chooses what is fetched, and from here one
 * reaches what is nobody's issuer: the metadata service of the cloud, which hands out credentials
 * to whoever asks, is at a link-local address.
 */
public final class IssuerAddress {
  /** Amazon's metadata service over IPv6, which is not link-local. */
  private static final String METADATA = "fd00:ec2:0:0:0:0:0:254";

  private IssuerAddress() {}

  /**
   * Looks a host up and refuses what no issuer is at. The JVM remembers what it was told for longer
   * than it takes to connect, so that the client connects to an address that was looked at here.
   *
   * @throws IOException when the host has no address, or one of them is refused
   */
  public static void check(URI uri) throws IOException {
    String host = uri.getHost();
    if (host == null) {
      throw new IOException("not an address of HTTP: it names no host");
    }
    InetAddress[] addresses;
    try {
      addresses = InetAddress.getAllByName(host);
    } catch (UnknownHostException e) {
      throw new IOException("no address is known for " + host, e);
    }
    for (InetAddress address : addresses) {
      if (refused(address)) {
        throw new IOException("is at " + address.getHostAddress() + ", where no issuer is");
      }
    }
  }

  private static boolean refused(InetAddress address) {
    return address.isLinkLocalAddress()
        || address.isAnyLocalAddress()
        || address.isMulticastAddress()
        || address.getHostAddress().equals(METADATA);
  }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.identity;

import dev.portcullis.policy.match.IpAddress;
import java.util.regex.Pattern;
import org.bouncycastle.asn1.x509.GeneralName;

/**
 * A name under which clients reach a server: a DNS name or an IP address.
 *
 * @param address whether the text is an IP address
 */
public record ServerName(String text, boolean address) {
  private static final Pattern DNS =
      Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*");
  private static final Pattern NUMERIC = Pattern.compile("[0-9.]+|.*:.*");

  /**
   * Reads a name.
   *
   * @throws IllegalArgumentException naming the text when it is neither
   */
  public static ServerName parse(String text) {
    if (NUMERIC.matcher(text).matches()) {
      return new ServerName(IpAddress.parse(text).toString(), true);
    }
    if (text.length() > 253 || !DNS.matcher(text).matches()) {
      throw new IllegalArgumentException("neither a DNS name nor an IP address: " + text);
    }
    return new ServerName(text, false);
  }

  GeneralName general() {
    return new GeneralName(address ? GeneralName.iPAddress : GeneralName.dNSName, text);
  }
}

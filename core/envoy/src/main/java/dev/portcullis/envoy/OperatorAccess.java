// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy;

import java.nio.file.Path;

/**
 * How an Envoy reaches the operator.
 *
 * @param address where the operator serves xDS
 * @param serverName the name or address that its certificate must carry; also sent as SNI when it
 *     is a name
 * @param caFile PEM with the roots that its certificate must chain to; replaced in place by a
 *     rename, it is read again
 * @param tokenFile the token that proves who this Envoy is, without a line end; replaced in place
 *     by a rename, it is read again
 */
public record OperatorAccess(HostPort address, String serverName, Path caFile, Path tokenFile) {

  public OperatorAccess {
    if (!caFile.isAbsolute() || !tokenFile.isAbsolute()) {
      throw new IllegalArgumentException("absolute paths: " + caFile + ", " + tokenFile);
    }
    new HostPort(serverName, address.port());
  }
}

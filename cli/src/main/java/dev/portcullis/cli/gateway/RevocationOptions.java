// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.gateway;

import dev.portcullis.cli.CommandException;
import dev.portcullis.envoy.HostPort;
import java.nio.file.Path;
import java.util.List;

/**
 * Where credentials are withdrawn, and by whom. The files are read again when they change.
 *
 * @param listen where revocations and back-channel logouts come in
 * @param directory with {@code tls.crt}, {@code tls.key} and the bearer token in {@code token}
 */
public record RevocationOptions(HostPort listen, Path directory) {

  /**
   * What the decision service is told.
   *
   * @throws CommandException when a file is missing
   */
  public List<String> flags() {
    return List.of(
        "--revocation-listen=" + listen,
        "--revocation-certificate=" + file("tls.crt"),
        "--revocation-key=" + file("tls.key"),
        "--revocation-token-file=" + file("token"));
  }

  private Path file(String name) {
    return DecisionServiceOptions.readable("--revocation-dir", directory.resolve(name));
  }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.inject.pod;

import dev.portcullis.envoy.HostPort;
import dev.portcullis.envoy.OperatorAccess;
import dev.portcullis.envoy.SidecarBootstrap;
import java.nio.file.Path;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * What is the same for every pod that one revision injects into.
 *
 * @param revision a label's value, at most 40 characters, since it is part of an object's name
 * @param proxyImage Envoy, nft and nothing else
 * @param operator where sidecars find the operator, and how they know it
 * @param text writes a bootstrap down; {@link SidecarBootstrap#json} but in tests
 */
public record InjectionSettings(
    String revision,
    String proxyImage,
    OperatorAccess operator,
    Function<SidecarBootstrap, String> text) {
  /** Where a sidecar finds who it is, and whom to trust. */
  public static final Path IDENTITY = Path.of("/var/run/portcullis/identity");

  /** Where a sidecar's admin socket stands. */
  public static final Path RUN = Path.of("/run/portcullis");

  private static final Pattern REVISION = Pattern.compile("[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?");
  private static final Pattern IMAGE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:/@-]{0,254}");

  /**
   * @throws IllegalArgumentException naming the text that is not a revision or an image
   */
  public InjectionSettings {
    if (!REVISION.matcher(revision).matches()) {
      throw new IllegalArgumentException(
          "not a revision (at most 40 of a-z, 0-9 and -): " + revision);
    }
    if (!IMAGE.matcher(proxyImage).matches()) {
      throw new IllegalArgumentException("not an image: " + proxyImage);
    }
  }

  /**
   * Settings of sidecars that find everything where the webhook mounts it.
   *
   * @param operator where sidecars reach the operator; its host is the name in its certificate
   */
  public static InjectionSettings of(String revision, String proxyImage, HostPort operator) {
    return new InjectionSettings(
        revision,
        proxyImage,
        new OperatorAccess(
            operator, operator.host(), IDENTITY.resolve("ca.crt"), IDENTITY.resolve("token")),
        SidecarBootstrap::json);
  }
}

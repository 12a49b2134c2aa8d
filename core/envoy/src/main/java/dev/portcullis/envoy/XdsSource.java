// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy;

import io.envoyproxy.envoy.config.core.v3.AggregatedConfigSource;
import io.envoyproxy.envoy.config.core.v3.ApiVersion;
import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import io.envoyproxy.envoy.config.core.v3.PathConfigSource;
import java.nio.file.Path;

/** Where an Envoy gets its resources from; resources that refer to others must say so. */
public sealed interface XdsSource {

  /** From the operator, all on one stream. */
  record Ads() implements XdsSource {}

  /**
   * From files.
   *
   * @param directory absolute
   */
  record Files(Path directory) implements XdsSource {
    public Files {
      if (!directory.isAbsolute()) {
        throw new IllegalArgumentException("not an absolute directory: " + directory);
      }
    }
  }

  /**
   * Where Envoy finds one kind of resource. It waits for it without end: a listener that starts
   * without its routes would be a gate without a keeper.
   */
  default ConfigSource of(ResourceKind kind) {
    ConfigSource.Builder source =
        ConfigSource.newBuilder()
            .setResourceApiVersion(ApiVersion.V3)
            .setInitialFetchTimeout(com.google.protobuf.Duration.getDefaultInstance());
    return switch (this) {
      case Ads() -> source.setAds(AggregatedConfigSource.getDefaultInstance()).build();
      case Files(Path directory) ->
          source
              .setPathConfigSource(
                  PathConfigSource.newBuilder()
                      .setPath(directory.resolve(kind.fileName()).toString()))
              .build();
    };
  }
}

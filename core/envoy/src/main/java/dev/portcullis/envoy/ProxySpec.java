// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import java.util.List;

/**
 * What one Envoy is for, in its own words: it says so in its node metadata, under the key {@value
 * #KEY}, and gets a configuration for exactly that.
 *
 * <p>A gateway outside of pods is the only kind so far. A new kind of proxy is a new permitted
 * record with its own {@code kind}; the translator's exhaustive switch then asks what it listens
 * for.
 */
public sealed interface ProxySpec permits GatewaySpec {
  /** The key of node metadata under which a proxy describes itself. */
  String KEY = "portcullis";

  /** Where the decision service listens: 1 to {@value GatewaySpec#MAX_EXT_AUTHZ}. */
  List<HostPort> extAuthz();

  /** Node metadata that {@link #fromMetadata} reads back. */
  Struct toMetadata();

  /**
   * Reads what a proxy says of itself. Unknown keys, wrong types and everything over a bound are
   * refused, because a misread proxy would be a proxy that guards the wrong thing.
   *
   * @param nodeMetadata all of {@code Node.metadata}; other keys than {@value #KEY} are not looked
   *     at
   * @throws ProxySpecException saying what is wrong and where
   */
  static ProxySpec fromMetadata(Struct nodeMetadata) {
    Value own = nodeMetadata.getFieldsMap().get(KEY);
    if (own == null) {
      throw new ProxySpecException(KEY, "missing from the node metadata");
    }
    MetadataReader reader = MetadataReader.of(KEY, own);
    String kind = reader.string("kind");
    if (!kind.equals(GatewaySpec.KIND)) {
      throw new ProxySpecException(
          KEY + ".kind", "must be " + GatewaySpec.KIND + ", not " + MetadataReader.shown(kind));
    }
    return GatewaySpec.read(reader);
  }
}

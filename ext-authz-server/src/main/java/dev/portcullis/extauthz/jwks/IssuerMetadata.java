// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.jwks;

import dev.portcullis.engine.authentication.json.MalformedTextException;
import dev.portcullis.engine.authentication.json.StrictJson;
import java.io.IOException;
import java.net.URI;
import java.util.Map;

/** What an issuer says of itself (OpenID Connect Discovery 1.0 section 3, RFC 8414 section 2). */
final class IssuerMetadata {

  private IssuerMetadata() {}

  /**
   * Where the key set is.
   *
   * @param document the metadata, as it came
   * @param address of the metadata
   * @param issuer with which it must agree (Discovery section 4.3): else one tenant of a server
   *     could answer for another
   * @throws IOException when the metadata is another's, or its key set must not be fetched
   */
  static String keySet(byte[] document, String address, String issuer) throws IOException {
    Map<String, Object> metadata;
    try {
      metadata = StrictJson.object(document);
    } catch (MalformedTextException e) {
      throw new IOException(e.getMessage(), e);
    }
    if (!issuer.equals(metadata.get("issuer"))) {
      throw new IOException("it is not that of the issuer " + issuer);
    }
    if (!(metadata.get("jwks_uri") instanceof String keys)) {
      throw new IOException("it has no jwks_uri");
    }
    if (!mayBeFetched(keys, address)) {
      throw new IOException("its jwks_uri is not an https URL without credentials and fragment");
    }
    return keys;
  }

  /** An issuer without TLS, which a policy may name inside the cluster only, has its keys there. */
  private static boolean mayBeFetched(String keys, String metadata) {
    try {
      URI uri = URI.create(keys);
      URI from = URI.create(metadata);
      return uri.getHost() != null
          && uri.getUserInfo() == null
          && uri.getFragment() == null
          && ("https".equalsIgnoreCase(uri.getScheme())
              || ("http".equalsIgnoreCase(uri.getScheme())
                  && "http".equalsIgnoreCase(from.getScheme())
                  && uri.getHost().equalsIgnoreCase(from.getHost())));
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}

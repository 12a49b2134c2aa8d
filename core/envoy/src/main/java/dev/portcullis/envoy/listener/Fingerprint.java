// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy.listener;

import com.google.protobuf.Struct;
import dev.portcullis.envoy.proto.Extensions;
import dev.portcullis.policy.decision.CheckNames;
import io.envoyproxy.envoy.config.listener.v3.ListenerFilter;
import java.util.List;

/**
 * What a client's first TLS message looks like (JA4), for those who decide about its requests. It
 * says something only where the client's own connection ends: behind any other proxy it would be
 * that proxy's. A client that changes its TLS library changes it, so it tells programs apart and
 * not people, and it is no credential.
 */
final class Fingerprint {
  private static final String INSPECTOR =
      "envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector";

  private Fingerprint() {}

  /** Takes the fingerprint, before the handshake. */
  static ListenerFilter inspector() {
    return ListenerFilter.newBuilder()
        .setName("envoy.filters.listener.tls_inspector")
        .setTypedConfig(
            Extensions.any(
                Extensions.newer(
                    INSPECTOR,
                    Extensions.struct("enable_ja4_fingerprinting", Extensions.value(true)))))
        .build();
  }

  /**
   * Early mutations that write it, and what else the client's TLS says, into each request, over
   * whatever the client sent there. Envoy writes a dash for what there is not.
   */
  static List<Struct> written() {
    return List.of(
        written(CheckNames.JA4_HEADER, "%TLS_JA4_FINGERPRINT%"),
        written(CheckNames.TLS_VERSION_HEADER, "%DOWNSTREAM_TLS_VERSION%"),
        written(CheckNames.TLS_SNI_HEADER, "%REQUESTED_SERVER_NAME%"));
  }

  private static Struct written(String name, String value) {
    Struct header =
        Extensions.struct("key", Extensions.value(name)).toBuilder()
            .putFields("value", Extensions.value(value))
            .build();
    Struct append =
        Extensions.struct("header", Extensions.value(header)).toBuilder()
            .putFields("append_action", Extensions.value("OVERWRITE_IF_EXISTS_OR_ADD"))
            .build();
    return Extensions.struct("append", Extensions.value(append));
  }
}

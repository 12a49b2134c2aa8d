// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy.listener;

import com.google.protobuf.Struct;
import dev.portcullis.envoy.proto.Extensions;
import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;
import java.util.ArrayList;
import java.util.List;

/**
 * Removes headers that no client may send, before Envoy itself looks at any: its own, and ours. The
 * headers that carry claims depend on the plan and are removed by {@link
 * dev.portcullis.envoy.filter.RequestHeaderFilter}.
 */
final class ReservedHeaders {
  private static final List<String> PREFIXES = List.of("x-envoy-", "x-portcullis-");
  private static final String TYPE =
      "envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation";

  private ReservedHeaders() {}

  static TypedExtensionConfig stripped() {
    return mutations(List.of());
  }

  /** The same, and then what the client's TLS says is written. */
  static TypedExtensionConfig strippedAndFingerprinted() {
    return mutations(Fingerprint.written());
  }

  private static TypedExtensionConfig mutations(List<Struct> then) {
    List<Struct> mutations = new ArrayList<>();
    PREFIXES.forEach(prefix -> mutations.add(removal(prefix)));
    mutations.addAll(then);
    return Extensions.named(
        "portcullis.reserved-headers",
        Extensions.newer(TYPE, Extensions.struct("mutations", Extensions.values(mutations))));
  }

  private static Struct removal(String prefix) {
    Struct matcher =
        Extensions.struct("prefix", Extensions.value(prefix)).toBuilder()
            .putFields("ignore_case", Extensions.value(true))
            .build();
    return Extensions.struct(
        "remove_on_match",
        Extensions.value(Extensions.struct("key_matcher", Extensions.value(matcher))));
  }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy.filter;

import com.google.protobuf.Any;
import dev.portcullis.envoy.proto.Extensions;
import dev.portcullis.envoy.route.RouteGuard;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption.HeaderAppendAction;
import io.envoyproxy.envoy.extensions.filters.http.header_mutation.v3.HeaderMutation;
import io.envoyproxy.envoy.extensions.filters.http.header_mutation.v3.HeaderMutationPerRoute;
import io.envoyproxy.envoy.extensions.filters.http.header_mutation.v3.Mutations;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Removes from every request the headers in which some route of this listener passes verified
 * claims on, whichever route the request takes: services behind one gate trust them alike.
 *
 * <p>The names stand at the top of the route table and not in the listener's early mutations, where
 * the reserved prefixes are removed: a changed listener lets open connections go on under the old
 * list, a changed table holds for the next request of each of them.
 *
 * <p>It also cuts the Connection header of an upgrade, the only request on which Envoy passes that
 * header on, down to the upgrade: a proxy further on would remove every header that it names, and a
 * client could name ours. And it appends the peer to X-Forwarded-For, because Envoy itself appends
 * its own address there when the peer is on loopback.
 */
public record RequestHeaderFilter() implements FilterStep {
  static final String NAME = "portcullis.request-headers";

  private static final String PEER = "%DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT%";

  @Override
  public List<HttpFilter> filters() {
    HeaderMutation always =
        HeaderMutation.newBuilder()
            .setMutations(
                Mutations.newBuilder()
                    .addRequestMutations(
                        header("connection", "upgrade", HeaderAppendAction.OVERWRITE_IF_EXISTS))
                    .addRequestMutations(
                        header(
                            "x-forwarded-for", PEER, HeaderAppendAction.APPEND_IF_EXISTS_OR_ADD)))
            .build();
    return List.of(
        HttpFilter.newBuilder().setName(NAME).setTypedConfig(Extensions.any(always)).build());
  }

  @Override
  public Map<String, Any> onTable(List<RouteGuard> guards) {
    SortedSet<String> names = new TreeSet<>();
    guards.forEach(guard -> names.addAll(guard.claimHeaders()));
    if (names.isEmpty()) {
      return Map.of();
    }
    Mutations.Builder mutations = Mutations.newBuilder();
    names.forEach(name -> mutations.addRequestMutationsBuilder().setRemove(name));
    return Map.of(
        NAME, Extensions.any(HeaderMutationPerRoute.newBuilder().setMutations(mutations).build()));
  }

  private static io.envoyproxy.envoy.config.common.mutation_rules.v3.HeaderMutation header(
      String name, String value, HeaderAppendAction action) {
    return io.envoyproxy.envoy.config.common.mutation_rules.v3.HeaderMutation.newBuilder()
        .setAppend(
            HeaderValueOption.newBuilder()
                .setHeader(HeaderValue.newBuilder().setKey(name).setValue(value))
                .setAppendAction(action))
        .build();
  }
}

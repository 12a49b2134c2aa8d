// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.port;

import dev.portcullis.engine.authentication.keys.RemoteKeySet;

/**
 * The key sets of remote issuers. The one who implements it fetches them, beginning when a set is
 * first asked for, with {@link RemoteKeySet#refreshIfDue}.
 */
@FunctionalInterface
public interface KeySource {

  /**
   * The set at a URI, always the same object; asked for when a route is compiled. Never waits.
   *
   * @param uri of the set, or that of {@link dev.portcullis.policy.plan.JwksSpec.Discovered}
   */
  RemoteKeySet keysAt(String uri);
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.config;

import dev.portcullis.store.StoreAccess;
import dev.portcullis.store.ValkeyAddress;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What decision services share.
 *
 * @param user null: the server's default user
 * @param passwordFile read for each connection; null: none is asked for
 * @param authorities PEM, who signs the server's certificate; null: whom the JVM trusts
 * @param proofsNeedIt whether no proof of possession is believed while it is away
 * @param keys whether issued keys are looked for there that are no resources
 * @param timeout how long a request waits for an answer
 */
public record ValkeyConfig(
    ValkeyAddress address,
    @Nullable String user,
    @Nullable Path passwordFile,
    @Nullable Path authorities,
    boolean proofsNeedIt,
    boolean keys,
    Duration timeout) {

  /** Whether keys are on several servers, so that no script may name those of two. */
  public boolean isCluster() {
    return address.kind() == ValkeyAddress.Kind.CLUSTER;
  }

  /** How it is reached. */
  public StoreAccess access() {
    return new StoreAccess(address, user, passwordFile, authorities);
  }
}

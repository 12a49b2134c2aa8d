// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.config;

import com.google.common.net.HostAndPort;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where and by whom credentials are taken back.
 *
 * @param certificate PEM chain, the port's own first
 * @param key PEM, PKCS #8
 * @param tokenFile the bearer token of those who revoke, and of the other replicas
 * @param replicas names behind which the others are; each is asked at every address
 * @param authorities PEM, who signs the others' certificates; null only when there are none
 * @param lifetime how long a revocation lasts that does not say; no token must live longer
 * @param capacity most revocations
 */
public record RevocationConfig(
    InetSocketAddress listen,
    Path certificate,
    Path key,
    Path tokenFile,
    List<HostAndPort> replicas,
    @Nullable Path authorities,
    Duration lifetime,
    int capacity) {

  public RevocationConfig {
    replicas = List.copyOf(replicas);
  }
}

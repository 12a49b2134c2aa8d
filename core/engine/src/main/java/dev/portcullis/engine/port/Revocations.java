// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.port;

import dev.portcullis.engine.authentication.Identity;
import java.time.Instant;

/**
 * Credentials that were taken back before their own end. Asked on every request, after whatever
 * remembers credentials, so that what is remembered dies too. Never waits. Thread-safe.
 */
public interface Revocations {
  /** Nothing was ever taken back. */
  Revocations NONE =
      new Revocations() {
        @Override
        public boolean revokesToken(String namespace, Identity identity, Instant now) {
          return false;
        }

        @Override
        public boolean revokesKey(String namespace, String id, Instant now) {
          return false;
        }
      };

  /**
   * Whether the token behind an identity was taken back.
   *
   * @param namespace of the policy whose method believed the token
   * @param identity with an issuer
   */
  boolean revokesToken(String namespace, Identity identity, Instant now);

  /**
   * Whether an issued key was taken back.
   *
   * @param namespace of its ApiKey
   */
  boolean revokesKey(String namespace, String id, Instant now);
}

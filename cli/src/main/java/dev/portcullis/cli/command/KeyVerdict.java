// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.command;

import dev.portcullis.policy.apikey.ApiKeyText;
import dev.portcullis.policy.plan.ApiKeyRecord;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What decides whether a key lets its holder in.
 *
 * @param notBefore null: at once
 * @param expires null: never
 */
record KeyVerdict(
    String sha256, boolean revoked, @Nullable Instant notBefore, @Nullable Instant expires) {
  static final String VALID = "valid";

  static KeyVerdict of(ApiKeyRecord key) {
    return new KeyVerdict(key.sha256(), key.revoked(), key.notBefore(), key.expires());
  }

  /** {@link #VALID}, or what is the matter with the key. */
  String on(ApiKeyText key, Instant now) {
    byte[] wanted = sha256.getBytes(StandardCharsets.UTF_8);
    if (!MessageDigest.isEqual(wanted, key.sha256().getBytes(StandardCharsets.UTF_8))) {
      return "wrong secret: the id is known, the key is another";
    }
    if (revoked) {
      return "revoked";
    }
    if (notBefore != null && now.isBefore(notBefore)) {
      return "not valid before " + notBefore;
    }
    return expires != null && !now.isBefore(expires) ? "expired at " + expires : VALID;
  }
}

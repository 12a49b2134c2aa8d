// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.codec;

import dev.portcullis.policy.plan.RoutePlan;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Versions of plan resources: SHA-256 of their canonical bytes, so that versions are equal exactly
 * when plans are.
 */
public final class PlanVersion {

  private PlanVersion() {}

  /** 64 lower-case hexadecimal digits. */
  public static String of(byte[] canonical) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(canonical));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** The version of a route as policies' status shows it. */
  public static String of(RoutePlan route) {
    return of(PlanCodec.encode(route));
  }
}

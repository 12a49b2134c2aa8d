// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.port;

import dev.portcullis.policy.plan.SecretMaterial;
import org.jspecify.annotations.Nullable;

/** Secret material by its hash; it travels apart from plans. */
@FunctionalInterface
public interface SecretSource {

  /**
   * The material; null while it has not arrived.
   *
   * @param hash SHA-256, 64 lower-case hexadecimal digits
   */
  @Nullable SecretMaterial find(String hash);
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication.methods;

import dev.portcullis.engine.authentication.json.MalformedTextException;
import dev.portcullis.engine.authentication.keys.JwkSetReader;
import dev.portcullis.engine.authentication.keys.VerificationKeys;
import dev.portcullis.engine.port.SecretSource;
import dev.portcullis.policy.plan.SecretMaterial;
import dev.portcullis.policy.plan.SecretRef;
import org.jspecify.annotations.Nullable;

/**
 * Keys in a Secret, read once when the material has arrived. The material is found by its hash, so
 * it never changes, and neither does what was read.
 */
final class SecretKeys {
  private final SecretSource source;
  private final SecretRef secret;

  private sealed interface Reading {
    record Usable(VerificationKeys keys) implements Reading {}

    record Unusable(String why) implements Reading {}
  }

  private volatile @Nullable Reading reading;

  SecretKeys(SecretSource source, SecretRef secret) {
    this.source = source;
    this.secret = secret;
  }

  @Nullable VerificationKeys current() {
    return reading() instanceof Reading.Usable(VerificationKeys keys) ? keys : null;
  }

  String absence() {
    return switch (reading()) {
      case Reading.Usable _ -> "";
      case Reading.Unusable(String why) -> place() + ": " + why;
      case null -> place() + " has not arrived yet";
    };
  }

  /** Whether the material has arrived and no key can be had from it. */
  boolean unusable() {
    return reading() instanceof Reading.Unusable;
  }

  private String place() {
    return "secret " + secret.namespace() + "/" + secret.name() + " key " + secret.key();
  }

  private @Nullable Reading reading() {
    Reading known = reading;
    if (known == null) {
      SecretMaterial material = source.find(secret.hash());
      if (material != null) {
        known = read(material);
        reading = known;
      }
    }
    return known;
  }

  private static Reading read(SecretMaterial material) {
    try {
      return new Reading.Usable(JwkSetReader.readSecret(material.reveal()).keys());
    } catch (MalformedTextException e) {
      return new Reading.Unusable(String.valueOf(e.getMessage()));
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler;

import dev.portcullis.policy.plan.SecretMaterial;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The Secrets that policies may refer to.
 *
 * @param material by Secret and key; a Secret of the namespace {@code ""} counts in every namespace
 * @param forbidden those that may not be read
 * @param complete whether any other Secret that is not here does not exist; else its absence is a
 *     warning
 * @param assumed whether any other Secret that is not here is taken to be there and of use, where
 *     only the shape of plans matters: such plans verify nobody's credentials, and are not served
 */
public record KnownSecrets(
    Map<Key, SecretMaterial> material, Set<Name> forbidden, boolean complete, boolean assumed) {

  /** A Secret. */
  public record Name(String namespace, String name) {}

  /**
   * One key of a Secret.
   *
   * @param namespace {@code ""}: every namespace
   */
  public record Key(String namespace, String name, String key) {}

  public KnownSecrets {
    material = Map.copyOf(material);
    forbidden = Set.copyOf(forbidden);
  }

  /** Secrets of which none is assumed. */
  public KnownSecrets(Map<Key, SecretMaterial> material, Set<Name> forbidden, boolean complete) {
    this(material, forbidden, complete, false);
  }

  /** Secrets none of which is forbidden. */
  public KnownSecrets(Map<Key, SecretMaterial> material, boolean complete) {
    this(material, Set.of(), complete);
  }

  /** No Secrets, and it is not known which exist. */
  public static KnownSecrets unknown() {
    return new KnownSecrets(Map.of(), false);
  }

  /** The same where any other is assumed; see {@link #assumed()}. */
  public KnownSecrets assuming() {
    return new KnownSecrets(material, forbidden, complete, true);
  }

  /** What stands in for a Secret that is assumed: its name, so that another one is another. */
  SecretMaterial standIn(String namespace, String name, String key) {
    return SecretMaterial.of((namespace + "/" + name + "/" + key).getBytes(StandardCharsets.UTF_8));
  }

  /** The material; null when it is not here. */
  public @Nullable SecretMaterial find(String namespace, String name, String key) {
    SecretMaterial own = material.get(new Key(namespace, name, key));
    return own == null ? material.get(new Key("", name, key)) : own;
  }
}

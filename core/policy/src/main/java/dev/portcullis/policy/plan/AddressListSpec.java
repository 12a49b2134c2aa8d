// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.policy.plan;

import org.jspecify.annotations.Nullable;

/** A list of addresses by reference: what it holds travels apart from the routes that use it. */
public sealed interface AddressListSpec {

  /** What people know it by, unique among the lists of one section. */
  String label();

  /**
   * A list that a ConfigMap holds.
   *
   * @param key of the ConfigMap; null: all of them make the list
   * @param hash SHA-256 of the list, 64 lower-case hexadecimal digits; finds it, and changes with
   *     it
   */
  record FromConfigMap(String namespace, String name, @Nullable String key, String hash)
      implements AddressListSpec {

    @Override
    public String label() {
      return key == null ? name : name + "/" + key;
    }

    /** The same reference to what was found. */
    public FromConfigMap with(String found) {
      return new FromConfigMap(namespace, name, key, found);
    }
  }

  /**
   * A list that is a file of the decision service.
   *
   * @param name by which the decision service was told of the file
   */
  record FromFile(String name) implements AddressListSpec {

    @Override
    public String label() {
      return "file:" + name;
    }
  }
}

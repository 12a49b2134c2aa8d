// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.addresses;

import dev.portcullis.engine.port.AddressLists;
import dev.portcullis.policy.match.CidrSet;
import dev.portcullis.policy.plan.AddressListSpec;
import org.jspecify.annotations.Nullable;

/** All lists of addresses that this process knows. Thread-safe. */
public record KnownLists(HeldLists held, ListFiles files) implements AddressLists {

  @Override
  public @Nullable CidrSet find(AddressListSpec list) {
    return switch (list) {
      case AddressListSpec.FromConfigMap known -> held.find(known.hash());
      case AddressListSpec.FromFile file -> files.find(file.name());
    };
  }
}

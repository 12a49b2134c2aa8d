// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.through;

import dev.portcullis.engine.port.AddressLists;
import dev.portcullis.policy.match.CidrSet;
import dev.portcullis.policy.plan.AddressList;
import dev.portcullis.policy.plan.AddressListSpec;
import java.util.Map;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * The lists of addresses of a plan, and those that a test has in place of files.
 *
 * @param planned by their hashes
 * @param files by their names
 */
public record PlannedLists(SortedMap<String, AddressList> planned, Map<String, CidrSet> files)
    implements AddressLists {

  @Override
  public @Nullable CidrSet find(AddressListSpec list) {
    return switch (list) {
      case AddressListSpec.FromConfigMap known -> {
        AddressList found = planned.get(known.hash());
        yield found == null ? null : found.ranges();
      }
      case AddressListSpec.FromFile file -> files.get(file.name());
    };
  }
}

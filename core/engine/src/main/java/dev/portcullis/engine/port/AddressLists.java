// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.port;

import dev.portcullis.policy.match.CidrSet;
import dev.portcullis.policy.plan.AddressListSpec;
import org.jspecify.annotations.Nullable;

/** What lists of addresses hold; it travels apart from plans. Thread-safe. */
@FunctionalInterface
public interface AddressLists {
  /** For processes without lists. */
  AddressLists NONE = _ -> null;

  /**
   * The ranges of a list; null while they are not here. Asked on every request: does no I/O and
   * allocates nothing.
   */
  @Nullable CidrSet find(AddressListSpec list);
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.expression;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Names with all their values as lists. */
record AllValues(NamedValues values) implements ViewMap.Entries {

  @Override
  public @Nullable Object get(String name) {
    List<String> all = values.all(name);
    return all.isEmpty() ? null : all;
  }

  @Override
  public Set<String> names() {
    return values.names();
  }
}

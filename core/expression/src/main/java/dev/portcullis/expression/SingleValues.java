// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.expression;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Names with one value each; a name that came more than once cannot be read. */
record SingleValues(Variable variable, NamedValues values) implements ViewMap.Entries {

  @Override
  public @Nullable Object get(String name) {
    String first = values.first(name);
    if (first != null && values.count(name) > 1) {
      throw new UnreadableVariableException(
          variable.celName() + " has more than one value for " + name);
    }
    return first;
  }

  @Override
  public Set<String> names() {
    return values.names();
  }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.expression;

import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The members of a JSON object; nested objects become views in turn. */
record JsonEntries(Map<?, ?> members) implements ViewMap.Entries {

  @Override
  public @Nullable Object get(String name) {
    Object found = members.get(name);
    return found instanceof Map<?, ?> nested ? new ViewMap(new JsonEntries(nested)) : found;
  }

  @Override
  public Set<String> names() {
    Set<String> names = new LinkedHashSet<>();
    for (Object name : members.keySet()) {
      names.add((String) name);
    }
    return names;
  }
}

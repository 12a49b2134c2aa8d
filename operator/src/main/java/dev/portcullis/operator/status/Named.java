// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.status;

import java.util.Collection;
import java.util.stream.Collectors;

/** Names some of many: a message is no list. */
final class Named {
  private static final int MAX_NAMED = 5;

  private Named() {}

  /** The first five, and how many more there are. */
  static String some(Collection<String> names) {
    String some = names.stream().limit(MAX_NAMED).collect(Collectors.joining(", "));
    return names.size() > MAX_NAMED ? some + " and " + (names.size() - MAX_NAMED) + " more" : some;
  }
}

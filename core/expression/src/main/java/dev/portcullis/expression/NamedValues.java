// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.expression;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Values by name, where a name may come more than once: headers, query parameters, cookies.
 *
 * <p>Lookups take the name as it is stored (header names in lower case) and must not copy.
 */
public interface NamedValues {

  /** How often the name came; 0 when it did not. */
  int count(String name);

  /** The first value under the name, or null when it did not come. */
  @Nullable String first(String name);

  /** All values under the name in the order in which they came; empty when it did not. */
  List<String> all(String name);

  /** Every name once, in the order of their first coming. */
  Set<String> names();
}

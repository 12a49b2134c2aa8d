// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.request;

import dev.portcullis.expression.NamedValues;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The header lines of a request in the order of the wire, duplicates included. Immutable.
 *
 * <p>A request has a dozen or two headers, so a lookup compares them one after the other: that is
 * faster than building a map, and allocates nothing.
 */
public final class Headers implements NamedValues {
  private final String[] names;
  private final String[] values;
  private final int size;

  private Headers(String[] names, String[] values, int size) {
    this.names = names;
    this.values = values;
    this.size = size;
  }

  /** Starts a list of about {@code expected} lines. */
  public static Builder builder(int expected) {
    return new Builder(expected);
  }

  /** The headers of name and value in turn, for tests and tools. */
  public static Headers of(String... namesAndValues) {
    Builder builder = builder(namesAndValues.length / 2);
    for (int i = 0; i < namesAndValues.length; i += 2) {
      builder.add(namesAndValues[i], namesAndValues[i + 1]);
    }
    return builder.build();
  }

  /** Number of lines. */
  public int size() {
    return size;
  }

  /** The name of a line, in lower case. */
  public String name(int index) {
    return names[checked(index)];
  }

  /** The value of a line. */
  public String value(int index) {
    return values[checked(index)];
  }

  private int checked(int index) {
    return Objects.checkIndex(index, size);
  }

  /** Whether a line has the name, which is given in lower case. */
  public boolean contains(String name) {
    return find(name, 0) >= 0;
  }

  @Override
  public int count(String name) {
    int count = 0;
    for (int i = find(name, 0); i >= 0; i = find(name, i + 1)) {
      count++;
    }
    return count;
  }

  @Override
  public @Nullable String first(String name) {
    int index = find(name, 0);
    return index < 0 ? null : values[index];
  }

  @Override
  public List<String> all(String name) {
    int index = find(name, 0);
    if (index < 0) {
      return List.of();
    }
    List<String> all = new ArrayList<>(2);
    for (; index >= 0; index = find(name, index + 1)) {
      all.add(values[index]);
    }
    return all;
  }

  @Override
  public Set<String> names() {
    return new LinkedHashSet<>(Arrays.asList(names).subList(0, size));
  }

  /** The sum of the lengths of all names and values, in characters. */
  public int length() {
    int sum = 0;
    for (int i = 0; i < size; i++) {
      sum += names[i].length() + values[i].length();
    }
    return sum;
  }

  private int find(String name, int from) {
    for (int i = from; i < size; i++) {
      if (names[i].equals(name)) {
        return i;
      }
    }
    return -1;
  }

  /** Collects header lines; not thread-safe. */
  public static final class Builder {
    private String[] names;
    private String[] values;
    private int size;

    private Builder(int expected) {
      names = new String[Math.max(expected, 4)];
      values = new String[names.length];
    }

    /** Adds a line; the name is put in lower case (ASCII). */
    public Builder add(String name, String value) {
      if (size == names.length) {
        names = Arrays.copyOf(names, size * 2);
        values = Arrays.copyOf(values, size * 2);
      }
      // Envoy sends lower case; toLowerCase returns the same string then.
      names[size] = name.toLowerCase(Locale.ROOT);
      values[size++] = value;
      return this;
    }

    /** The headers so far; the builder must not be used again. */
    public Headers build() {
      return new Headers(names, values, size);
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.request;

import dev.portcullis.expression.NamedValues;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Names and values in order: query parameters or cookies. Immutable once handed out.
 *
 * <p>Names are compared character by character.
 */
public final class Pairs implements NamedValues {
  static final Pairs NONE = new Pairs();

  // Name and value in turn.
  private final List<String> entries = new ArrayList<>();

  private Pairs() {}

  /**
   * Reads a query: {@code a=1&b=2}, decoded once, {@code +} as a space.
   *
   * @throws MalformedRequestException when an escape is not UTF-8
   */
  static Pairs ofQuery(String target, int start) {
    Pairs pairs = new Pairs();
    int from = start;
    while (from < target.length()) {
      int end = indexOf(target, '&', from, target.length());
      if (end > from) {
        int equals = indexOf(target, '=', from, end);
        pairs.add(
            PercentDecoder.decode(target, from, equals, true),
            equals == end ? "" : PercentDecoder.decode(target, equals + 1, end, true));
      }
      from = end + 1;
    }
    return pairs;
  }

  /** Reads the {@code cookie} headers (RFC 6265 section 4.2.1); values stay as sent. */
  static Pairs ofCookies(Headers headers) {
    Pairs pairs = new Pairs();
    for (String line : headers.all("cookie")) {
      int from = 0;
      while (from < line.length()) {
        int end = indexOf(line, ';', from, line.length());
        int equals = indexOf(line, '=', from, end);
        if (equals < end) {
          pairs.add(line.substring(from, equals).strip(), line.substring(equals + 1, end).strip());
        }
        from = end + 1;
      }
    }
    return pairs;
  }

  private static int indexOf(String text, char c, int from, int end) {
    int index = text.indexOf(c, from, end);
    return index < 0 ? end : index;
  }

  private void add(String name, String value) {
    entries.add(name);
    entries.add(value);
  }

  /** Number of pairs. */
  public int size() {
    return entries.size() / 2;
  }

  @Override
  public int count(String name) {
    int count = 0;
    for (int i = 0; i < entries.size(); i += 2) {
      if (entries.get(i).equals(name)) {
        count++;
      }
    }
    return count;
  }

  @Override
  public @Nullable String first(String name) {
    for (int i = 0; i < entries.size(); i += 2) {
      if (entries.get(i).equals(name)) {
        return entries.get(i + 1);
      }
    }
    return null;
  }

  @Override
  public List<String> all(String name) {
    List<String> all = new ArrayList<>(2);
    for (int i = 0; i < entries.size(); i += 2) {
      if (entries.get(i).equals(name)) {
        all.add(entries.get(i + 1));
      }
    }
    return all;
  }

  @Override
  public Set<String> names() {
    Set<String> names = new LinkedHashSet<>();
    for (int i = 0; i < entries.size(); i += 2) {
      names.add(entries.get(i));
    }
    return names;
  }
}

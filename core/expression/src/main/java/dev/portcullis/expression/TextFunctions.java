// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.expression;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Functions of texts and of lists of texts that CEL's own libraries have without a bound: there a
 * request could make {@code replace} and {@code join} grow a text at each step, and {@code sets}
 * compare each item with each.
 */
final class TextFunctions {
  /** In characters; more than all headers of a request together. */
  static final int MAX_RESULT = 65_536;

  private TextFunctions() {}

  /** Every occurrence, from the left; an empty text stands before each character and at the end. */
  static String replace(String text, String what, String by) {
    long times = 0;
    if (what.isEmpty()) {
      times = text.length() + 1L;
    } else {
      for (int at = text.indexOf(what); at >= 0; at = text.indexOf(what, at + what.length())) {
        times++;
      }
    }
    bound(text.length() + times * (by.length() - what.length()));
    return text.replace(what, by);
  }

  /** The items with a separator between them. */
  static String join(List<?> items, String separator) {
    StringBuilder joined = new StringBuilder();
    for (int i = 0; i < items.size(); i++) {
      String item = text(items.get(i));
      String before = i == 0 ? "" : separator;
      bound((long) joined.length() + before.length() + item.length());
      joined.append(before).append(item);
    }
    return joined.toString();
  }

  /** Whether every item of the second list is in the first. */
  static boolean contains(List<?> all, List<?> some) {
    return set(all).containsAll(set(some));
  }

  /** Whether both lists have an item in common. */
  static boolean intersects(List<?> one, List<?> other) {
    Set<String> known = set(one);
    for (Object item : other) {
      if (known.contains(text(item))) {
        return true;
      }
    }
    return false;
  }

  /** Whether both lists have the same items, however often and in whatever order. */
  static boolean equivalent(List<?> one, List<?> other) {
    return set(one).equals(set(other));
  }

  private static Set<String> set(List<?> items) {
    Set<String> set = HashSet.newHashSet(items.size());
    items.forEach(item -> set.add(text(item)));
    return set;
  }

  /** A list out of a token's claims may hold anything. */
  private static String text(Object item) {
    if (item instanceof String text) {
      return text;
    }
    throw new IllegalArgumentException("an item of the list is no text");
  }

  private static void bound(long length) {
    if (length > MAX_RESULT) {
      throw new IllegalArgumentException("the text grows beyond " + MAX_RESULT + " characters");
    }
  }
}

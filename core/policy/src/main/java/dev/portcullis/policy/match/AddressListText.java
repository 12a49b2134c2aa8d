// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.policy.match;

import java.util.ArrayList;
import java.util.List;

/**
 * Reads lists of addresses as people and feeds write them: one address or range a line, empty lines
 * and what follows a {@code #} or {@code ;} left out. Lines end with LF or CRLF. Not thread-safe;
 * one reader may take several texts, which make one list.
 */
public final class AddressListText {
  /** Ranges of one list that a policy names, however many texts it has. */
  public static final int MAX_RANGES = 500_000;

  /** Faults that are told one by one. */
  public static final int MAX_FAULTS = 5;

  /** What is wrong with a list without a range, for people. */
  public static final String EMPTY =
      "it has no range: a feed that answers with nothing must not unlock what it locked;"
          + " a list that shall name nobody holds 0.0.0.0/32";

  /** In characters; the longest range has 43 and one with an IPv4 part 49. */
  private static final int LONGEST = 64;

  private final int most;
  private final List<Cidr> ranges = new ArrayList<>();
  private final List<Fault> faults = new ArrayList<>();
  private int faulty;
  private int count;

  /**
   * A line that is no range.
   *
   * @param text which of several texts; its name as the caller gave it
   * @param line counted from 1
   * @param problem quotes at most 64 characters, as they stand
   */
  public record Fault(String text, int line, String problem) {}

  /**
   * @param most ranges that are kept; more are counted only
   */
  public AddressListText(int most) {
    this.most = most;
  }

  /** Reads one more text of the list. Keeps nothing of it but ranges and faults. */
  public void read(String name, String text) {
    int line = 0;
    // A mark that some editors put at the beginning.
    int from = text.startsWith("\uFEFF") ? 1 : 0;
    while (from < text.length()) {
      int end = text.indexOf('\n', from);
      end = end < 0 ? text.length() : end;
      line++;
      read(name, line, content(text, from, end));
      from = end + 1;
    }
  }

  private void read(String name, int line, String content) {
    if (content.isEmpty()) {
      return;
    }
    count++;
    if (content.length() > LONGEST) {
      fault(name, line, "longer than an address range: " + content.substring(0, LONGEST));
      return;
    }
    try {
      Cidr range = Cidr.parse(content);
      if (count <= most) {
        ranges.add(range);
      }
    } catch (IllegalArgumentException e) {
      fault(name, line, String.valueOf(e.getMessage()));
    }
  }

  private void fault(String name, int line, String problem) {
    faulty++;
    if (faults.size() < MAX_FAULTS) {
      faults.add(new Fault(name, line, problem));
    }
  }

  /** The line without its comment and the space around it. */
  private static String content(String text, int from, int end) {
    int to = from;
    while (to < end && text.charAt(to) != '#' && text.charAt(to) != ';') {
      to++;
    }
    return text.substring(from, to).strip();
  }

  /** How many lines held something, ranges or not. */
  public int count() {
    return count;
  }

  /** Whether no line held anything, which is {@link #EMPTY}. */
  public boolean empty() {
    return count == 0;
  }

  /** Whether there was more than is kept. */
  public boolean tooLong() {
    return count > most;
  }

  /** How many lines held something that is no range. */
  public int faulty() {
    return faulty;
  }

  /** The first lines that are no ranges, at most {@link #MAX_FAULTS}. */
  public List<Fault> faults() {
    return List.copyOf(faults);
  }

  /** The ranges that could be read. */
  public CidrSet ranges() {
    return CidrSet.of(ranges);
  }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.terminal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/** Rows of text under a heading, padded to columns. */
public final class Table {
  private static final Pattern CONTROL = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]");

  private final List<String> heading;
  private final List<Row> rows = new ArrayList<>();

  private record Row(List<String> cells, boolean good) {}

  public Table(String... heading) {
    this.heading = List.of(heading);
  }

  /** Adds a row; the first cell is marked good or bad. */
  public void add(boolean good, String... cells) {
    rows.add(new Row(Arrays.stream(cells).map(Table::shown).toList(), good));
  }

  /** A cell may hold what somebody else wrote: it is one line, and tells the terminal nothing. */
  private static String shown(String cell) {
    return CONTROL.matcher(cell).replaceAll("\uFFFD");
  }

  /** The table as lines. */
  public List<String> lines(boolean colours) {
    int[] widths = new int[heading.size()];
    measure(heading, widths);
    rows.forEach(row -> measure(row.cells, widths));
    List<String> lines = new ArrayList<>();
    lines.add("  " + line(heading, widths));
    int total = widths.length * 2 - 2;
    for (int width : widths) {
      total += width;
    }
    lines.add("  " + "─".repeat(total));
    for (Row row : rows) {
      String mark = row.good ? "✓ " : "✗ ";
      String colour = row.good ? "\033[32m" : "\033[31m";
      lines.add((colours ? colour + mark + "\033[0m" : mark) + line(row.cells, widths));
    }
    return lines;
  }

  private static void measure(List<String> cells, int[] widths) {
    for (int i = 0; i < widths.length; i++) {
      widths[i] = Math.max(widths[i], cells.get(i).length());
    }
  }

  private static String line(List<String> cells, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < widths.length; i++) {
      String cell = cells.get(i);
      line.append(cell);
      if (i < widths.length - 1) {
        line.append(" ".repeat(widths[i] - cell.length() + 2));
      }
    }
    return line.toString();
  }
}

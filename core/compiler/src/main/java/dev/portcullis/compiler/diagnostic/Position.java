// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler.diagnostic;

import java.util.Comparator;

/** Where something is wrong, as its author can find it. */
public sealed interface Position extends Comparable<Position> {

  /** A whole file, because nothing inside it could be found. */
  record WholeFile(String file) implements Position {
    @Override
    public String toString() {
      return file;
    }
  }

  /**
   * A place in a file.
   *
   * @param line from 1
   * @param column in characters, from 1
   */
  record InFile(String file, int line, int column) implements Position {
    @Override
    public String toString() {
      return file + ":" + line + ":" + column;
    }
  }

  /**
   * A place in a resource of the cluster.
   *
   * @param resource such as {@code ApiPolicy shop/orders}
   */
  record InResource(String resource, FieldPath path) implements Position {
    @Override
    public String toString() {
      return resource + " " + path;
    }
  }

  /** Files before resources, each in reading order as far as it is known. */
  @Override
  default int compareTo(Position other) {
    return Order.COMPARATOR.compare(this, other);
  }

  /** How positions are ordered. */
  final class Order {
    static final Comparator<Position> COMPARATOR =
        Comparator.comparingInt(Order::kind)
            .thenComparing(Order::owner)
            .thenComparingInt(Order::line)
            .thenComparingInt(Order::column)
            .thenComparing(Position::toString);

    private Order() {}

    private static int kind(Position position) {
      return position instanceof InResource ? 1 : 0;
    }

    private static String owner(Position position) {
      return switch (position) {
        case WholeFile(String file) -> file;
        case InFile(String file, int _, int _) -> file;
        case InResource(String resource, FieldPath _) -> resource;
      };
    }

    private static int line(Position position) {
      return position instanceof InFile place ? place.line() : 0;
    }

    private static int column(Position position) {
      return position instanceof InFile place ? place.column() : 0;
    }
  }
}

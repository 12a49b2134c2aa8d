// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.path;

import dev.portcullis.policy.match.PathPattern.Segment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One node of a {@link PathIndex}: what may follow the segments that lead to it. Immutable. */
final class PathNode {
  // Up to so many literals are compared one after the other, which needs no substring.
  private static final int FEW = 8;

  private final int[] ending;
  private final int[] tails;
  private final String[] literals;
  private final PathNode[] literalNodes;
  private final Map<String, PathNode> manyLiterals;
  private final @Nullable PathNode capture;
  private final List<Wild> wilds;

  /** A segment with a star and what follows it. */
  private record Wild(String prefix, String suffix, PathNode node) {}

  private PathNode(Builder builder) {
    ending = toArray(builder.ending);
    tails = toArray(builder.tails);
    boolean few = builder.literals.size() <= FEW;
    literals = few ? builder.literals.keySet().toArray(new String[0]) : new String[0];
    literalNodes = new PathNode[literals.length];
    for (int i = 0; i < literals.length; i++) {
      literalNodes[i] = child(builder.literals, literals[i]);
    }
    Map<String, PathNode> many = new LinkedHashMap<>();
    if (!few) {
      builder.literals.forEach((text, node) -> many.put(text, node.build()));
    }
    manyLiterals = Map.copyOf(many);
    capture = builder.capture == null ? null : builder.capture.build();
    List<Wild> found = new ArrayList<>();
    builder.wilds.forEach((w, node) -> found.add(new Wild(w.prefix(), w.suffix(), node.build())));
    wilds = List.copyOf(found);
  }

  private static <K> PathNode child(Map<K, Builder> children, K key) {
    Builder child = children.get(key);
    if (child == null) {
      throw new IllegalStateException("a child that was just there: " + key);
    }
    return child.build();
  }

  private static int[] toArray(List<Integer> numbers) {
    return numbers.stream().mapToInt(Integer::intValue).toArray();
  }

  /** Sets the bit of every pattern that the path matches from this segment on. */
  void collect(RequestPath path, int segment, long[] found) {
    set(found, tails);
    if (segment == path.count()) {
      set(found, ending);
      return;
    }
    for (int i = 0; i < literals.length; i++) {
      if (path.segmentEquals(segment, literals[i])) {
        literalNodes[i].collect(path, segment + 1, found);
      }
    }
    if (!manyLiterals.isEmpty()) {
      PathNode next = manyLiterals.get(path.segment(segment));
      if (next != null) {
        next.collect(path, segment + 1, found);
      }
    }
    if (capture != null && path.length(segment) > 0) {
      capture.collect(path, segment + 1, found);
    }
    for (int i = 0; i < wilds.size(); i++) {
      Wild wild = wilds.get(i);
      if (path.segmentMatches(segment, wild.prefix, wild.suffix)) {
        wild.node.collect(path, segment + 1, found);
      }
    }
  }

  private static void set(long[] found, int[] numbers) {
    for (int number : numbers) {
      found[number >>> 6] |= 1L << number;
    }
  }

  /** Collects what may follow; not thread-safe. */
  static final class Builder {
    private final List<Integer> ending = new ArrayList<>();
    private final List<Integer> tails = new ArrayList<>();
    private final Map<String, Builder> literals = new LinkedHashMap<>();
    private final Map<Segment.Wildcard, Builder> wilds = new LinkedHashMap<>();
    private @Nullable Builder capture;

    void insert(List<Segment> segments, int from, int number) {
      if (from == segments.size()) {
        ending.add(number);
        return;
      }
      switch (segments.get(from)) {
        case Segment.Tail() -> tails.add(number);
        case Segment.Literal(String text) ->
            literals.computeIfAbsent(text, _ -> new Builder()).insert(segments, from + 1, number);
        case Segment.Wildcard wildcard ->
            wilds.computeIfAbsent(wildcard, _ -> new Builder()).insert(segments, from + 1, number);
        case Segment.Capture _ -> {
          if (capture == null) {
            capture = new Builder();
          }
          capture.insert(segments, from + 1, number);
        }
      }
    }

    PathNode build() {
      return new PathNode(this);
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.path;

import dev.portcullis.policy.match.PathPattern;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * All path patterns of a route in one tree, walked once per request. Immutable.
 *
 * <p>A node stands for one sequence of pattern segments, so that a walk visits each node at most
 * once, whatever the path.
 */
public final class PathIndex {
  private final PathNode root;
  private final int words;

  private PathIndex(PathNode root, int patterns) {
    this.root = root;
    this.words = (patterns + 63) >>> 6;
  }

  /** Finds every pattern that the path matches. */
  public PathMatches match(RequestPath path) {
    long[] exact = new long[words];
    root.collect(path, 0, exact);
    if (!path.endsWithSlash()) {
      return new PathMatches(exact, exact);
    }
    long[] lenient = exact.clone();
    root.collect(path.withoutTrailingSlash(), 0, lenient);
    return new PathMatches(exact, lenient);
  }

  /** Numbers patterns and builds their tree; not thread-safe. */
  public static final class Builder {
    private final PathNode.Builder root = new PathNode.Builder();
    private final Map<PathPattern, Integer> numbers = new LinkedHashMap<>();

    /** The number of a pattern in the index that is being built. */
    public int add(PathPattern pattern) {
      Integer known = numbers.get(pattern);
      if (known != null) {
        return known;
      }
      int number = numbers.size();
      numbers.put(pattern, number);
      root.insert(pattern.segments(), 0, number);
      return number;
    }

    /** The index of all patterns so far. */
    public PathIndex build() {
      return new PathIndex(root.build(), numbers.size());
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.benchmarks.jmh;

import dev.portcullis.engine.path.PathIndex;
import dev.portcullis.engine.path.PathMatches;
import dev.portcullis.engine.path.PathReader;
import dev.portcullis.engine.path.RequestMatcher;
import dev.portcullis.policy.match.PathPattern;
import dev.portcullis.policy.plan.MatchSpec;
import java.util.List;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Reading a path and finding every pattern that it matches, among patterns of all kinds. */
@State(Scope.Thread)
@SuppressWarnings("NullAway.Init") // JMH fills parameters and calls the set-up.
public class PathBenchmark {
  @Param({"10", "100", "1000"})
  int patterns;

  private PathIndex index;
  private RequestMatcher anyOfThem;
  private String known;

  /** Builds the index. */
  @Setup
  public void build() {
    List<PathPattern> all =
        IntStream.range(0, patterns).mapToObj(i -> PathPattern.parse(pattern(i))).toList();
    PathIndex.Builder builder = new PathIndex.Builder();
    anyOfThem = RequestMatcher.exact(List.of(new MatchSpec(List.of(), all)), builder);
    index = builder.build();
    // The last pattern of the second kind.
    known = "/api/v1/resource" + (((patterns - 2) / 4) * 4 + 1) + "/4711/items?page=2";
  }

  private static String pattern(int number) {
    return switch (number % 4) {
      case 0 -> "/api/v1/resource" + number;
      case 1 -> "/api/v1/resource" + number + "/{id}/items";
      case 2 -> "/api/v1/files" + number + "/*.json";
      default -> "/api/v1/area" + number + "/**";
    };
  }

  boolean matched(PathMatches found) {
    return anyOfThem.matches("GET", found);
  }

  /** A path that one pattern matches. */
  @Benchmark
  public PathMatches hit() {
    return index.match(PathReader.read(known));
  }

  /** A path that no pattern matches. */
  @Benchmark
  public PathMatches miss() {
    return index.match(PathReader.read("/api/v1/unknown/4711/items?page=2"));
  }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.path;

import dev.portcullis.policy.match.PathPattern;
import dev.portcullis.policy.plan.MatchSpec;
import java.util.List;

/** Compiled {@link MatchSpec}s, of which any one suffices. Immutable, allocates nothing. */
public final class RequestMatcher {
  private final List<Clause> clauses;
  private final boolean leniently;

  /** Methods of which one must be the request's, and numbers of patterns likewise. */
  private static final class Clause {
    private final List<String> methods;
    private final int[] patterns;

    private Clause(List<String> methods, int[] patterns) {
      this.methods = methods;
      this.patterns = patterns;
    }
  }

  private RequestMatcher(List<Clause> clauses, boolean leniently) {
    this.clauses = clauses;
    this.leniently = leniently;
  }

  /**
   * Compiles for something that permits: paths must match exactly.
   *
   * @param specs empty: every request
   */
  public static RequestMatcher exact(List<MatchSpec> specs, PathIndex.Builder index) {
    return new RequestMatcher(clauses(specs, index), false);
  }

  /**
   * Compiles for something that restricts: a slash that ends the path is overlooked, and {@code
   * HEAD} is taken for the {@code GET} that it stands for.
   *
   * @param specs empty: every request
   */
  public static RequestMatcher lenient(List<MatchSpec> specs, PathIndex.Builder index) {
    return new RequestMatcher(clauses(specs, index), true);
  }

  private static List<Clause> clauses(List<MatchSpec> specs, PathIndex.Builder index) {
    return specs.stream().map(spec -> clause(spec, index)).toList();
  }

  private static Clause clause(MatchSpec spec, PathIndex.Builder index) {
    List<PathPattern> paths = spec.paths();
    return new Clause(spec.methods(), paths.stream().mapToInt(index::add).toArray());
  }

  /** Whether a request of the method and path is meant. */
  public boolean matches(String method, PathMatches paths) {
    if (clauses.isEmpty()) {
      return true;
    }
    for (int i = 0; i < clauses.size(); i++) {
      Clause clause = clauses.get(i);
      if (matchesMethod(clause, method) && matchesPath(clause, paths)) {
        return true;
      }
    }
    return false;
  }

  private boolean matchesMethod(Clause clause, String method) {
    return clause.methods.isEmpty()
        || clause.methods.contains(method)
        || (leniently && method.equals("HEAD") && clause.methods.contains("GET"));
  }

  private boolean matchesPath(Clause clause, PathMatches paths) {
    if (clause.patterns.length == 0) {
      return true;
    }
    for (int pattern : clause.patterns) {
      if (paths.has(pattern, leniently)) {
        return true;
      }
    }
    return false;
  }
}

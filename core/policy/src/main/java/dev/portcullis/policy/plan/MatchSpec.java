// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.policy.plan;

import dev.portcullis.policy.match.PathPattern;
import java.util.List;

/**
 * Requests by method and path.
 *
 * @param methods exact, case-sensitive; empty: any
 * @param paths any one suffices; empty: any
 */
public record MatchSpec(List<String> methods, List<PathPattern> paths) {

  public MatchSpec {
    methods = List.copyOf(methods);
    paths = List.copyOf(paths);
  }
}

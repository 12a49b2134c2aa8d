// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.fuzz;

import dev.portcullis.engine.path.AmbiguousPathException;
import dev.portcullis.engine.path.PathIndex;
import dev.portcullis.engine.path.PathReader;
import dev.portcullis.engine.path.RequestMatcher;
import dev.portcullis.engine.path.RequestPath;
import dev.portcullis.engine.request.MalformedRequestException;
import dev.portcullis.policy.match.PathPattern;
import dev.portcullis.policy.plan.MatchSpec;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Two lines: a path and a pattern. What is read has no segment that another program would remove,
 * and rules and expressions match the pattern alike.
 */
final class PathTarget implements FuzzTarget {

  @Override
  public void accept(byte[] input) {
    String[] lines = Texts.lines(input, 2);
    RequestPath path = read(lines[0]);
    PathPattern pattern = pattern(lines[1]);
    if (path == null) {
      return;
    }
    for (String segment : path.text().split("/", -1)) {
      if (segment.equals(".") || segment.equals("..")) {
        throw new BrokenPromiseError("a dot segment is left");
      }
    }
    if (path.text().contains("//") || path.text().indexOf('\\') >= 0) {
      throw new BrokenPromiseError("a path is left with two meanings");
    }
    if (pattern != null && byIndex(pattern, path) != pattern.matches(path.text())) {
      throw new BrokenPromiseError("the index and the pattern itself disagree");
    }
  }

  private static boolean byIndex(PathPattern pattern, RequestPath path) {
    PathIndex.Builder index = new PathIndex.Builder();
    RequestMatcher matcher =
        RequestMatcher.exact(List.of(new MatchSpec(List.of(), List.of(pattern))), index);
    return matcher.matches("GET", index.build().match(path));
  }

  private static @Nullable RequestPath read(String target) {
    try {
      return PathReader.read(target);
    } catch (AmbiguousPathException | MalformedRequestException e) {
      return null;
    }
  }

  private static @Nullable PathPattern pattern(String text) {
    try {
      return PathPattern.parse(text);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }
}

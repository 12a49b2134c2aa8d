// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.process;

import dev.portcullis.parts.ChildProcess;
import java.util.List;
import java.util.regex.Pattern;

/** Why a program ended, in one line: what it said last about it. */
final class LastWords {
  /** Our own programs say {@code portcullis-NAME: what}; Envoy marks its last line but one. */
  private static final Pattern TELLING =
      Pattern.compile("portcullis-[a-z-]+: .*|.*\\[critical\\].*|error.*");

  private LastWords() {}

  /** The last telling line of its log, else the last one. */
  static String of(ChildProcess child) {
    return of(child.logTail());
  }

  static String of(String log) {
    List<String> lines = log.lines().map(String::strip).filter(line -> !line.isEmpty()).toList();
    return lines.reversed().stream()
        .filter(line -> TELLING.matcher(line).matches())
        .findFirst()
        .orElse(lines.isEmpty() ? "it said nothing" : lines.getLast());
  }
}

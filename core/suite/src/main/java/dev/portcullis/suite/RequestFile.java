// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.suite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads one request from a file: a case of a policy test, or a file that holds only {@code service}
 * and {@code request}, and what else the request needs of {@code policies}, {@code services},
 * {@code issuers}, {@code tokens} and {@code apiKeys}.
 */
public final class RequestFile {
  private static final Pattern TEST = Pattern.compile("(?m)^kind:[ \\t]*[\"']?PolicyTest\\b");

  /** In bytes. */
  private static final long MAX_FILE = 8L * 1024 * 1024;

  private static final int MAX_NAMES = 10;

  private RequestFile() {}

  /**
   * A suite of one case.
   *
   * @param text in the name of the case, where the file is a policy test; null: it has only one
   * @param policies files and directories; empty: those that the file names
   * @throws SuiteException when it cannot be read, or does not say which request
   */
  public static Suite read(Path file, @Nullable String text, List<Path> policies) {
    Suite suite = isTest(file) ? only(SuiteReader.read(file), text) : bare(file, text);
    if (policies.isEmpty() && suite.policies().isEmpty()) {
      throw new SuiteException(file + ": names no policies, and none are given");
    }
    return policies.isEmpty() ? suite : suite.with(policies, suite.cases());
  }

  private static Suite bare(Path file, @Nullable String text) {
    if (text != null) {
      throw new SuiteException(file + ": is no policy test, so it has no cases");
    }
    return SuiteReader.readRequest(file);
  }

  private static Suite only(Suite suite, @Nullable String text) {
    List<Case> named =
        suite.cases().stream().filter(each -> text == null || each.name().contains(text)).toList();
    List<Case> exact = named.stream().filter(each -> each.name().equals(text)).toList();
    List<Case> found = exact.isEmpty() ? named : exact;
    if (found.size() != 1) {
      throw new SuiteException(
          suite.file()
              + (found.isEmpty()
                  ? ": no case has \"" + text + "\" in its name"
                  : ": say which case is meant: "
                      + String.join(
                          ", ", found.stream().limit(MAX_NAMES).map(Case::name).toList())));
    }
    return suite.with(suite.policies(), found);
  }

  private static boolean isTest(Path file) {
    try {
      return Files.size(file) <= MAX_FILE && TEST.matcher(Files.readString(file)).find();
    } catch (IOException _) {
      // Whoever reads it next says why it cannot be read.
      return false;
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.command;

import dev.portcullis.cli.CommandException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads when something ends, as options say it. */
final class Lifetime {
  private static final Pattern FORM = Pattern.compile("(\\d{1,6})([hdwy])");

  private Lifetime() {}

  /**
   * A moment: so long from now, or at a time; null: never.
   *
   * @param option for the message
   * @throws CommandException when it is neither, or has passed
   */
  static @Nullable Instant end(String option, String text, Instant now) {
    if (text.equals("never")) {
      return null;
    }
    Optional<Duration> lifetime = read(text);
    if (lifetime.isPresent()) {
      return now.plus(lifetime.get()).truncatedTo(ChronoUnit.SECONDS);
    }
    try {
      Instant end = Instant.parse(text);
      if (!end.isAfter(now)) {
        throw CommandException.user(option + " " + text + " has passed already");
      }
      return end;
    } catch (DateTimeException e) {
      throw CommandException.user(
          option
              + " "
              + text
              + " is neither a lifetime (12h, 90d, 6w, 1y) nor a time (2027-02-20T00:00:00Z) nor"
              + " never");
    }
  }

  /**
   * A length of time.
   *
   * @throws CommandException when it is none
   */
  static Duration of(String option, String text) {
    return read(text)
        .orElseThrow(
            () -> CommandException.user(option + " " + text + " is no time such as 12h, 7d or 2w"));
  }

  private static Optional<Duration> read(String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      return Optional.empty();
    }
    long hours =
        switch (form.group(2)) {
          case "h" -> 1;
          case "d" -> 24;
          case "w" -> 24 * 7;
          default -> 24 * 365;
        };
    return Optional.of(Duration.ofHours(hours * Long.parseLong(form.group(1))));
  }
}

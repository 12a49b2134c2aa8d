// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.config;

import com.google.common.net.HostAndPort;
import dev.portcullis.store.ValkeyAddress;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.TypeConversionException;

/** Reads values with units, as flags have them. */
final class Units {
  private static final Pattern NUMBER_AND_UNIT = Pattern.compile("([0-9]{1,12})([A-Za-z]*)");

  private Units() {}

  /** {@code 500ms}, {@code 5s}, {@code 2m}, {@code 1h}; a bare 0 is no time at all. */
  static Duration duration(String text) {
    Matcher parts = NUMBER_AND_UNIT.matcher(text);
    if (parts.matches()) {
      long number = Long.parseLong(parts.group(1));
      switch (parts.group(2)) {
        case "ms" -> {
          return Duration.ofMillis(number);
        }
        case "s" -> {
          return Duration.ofSeconds(number);
        }
        case "m" -> {
          return Duration.ofMinutes(number);
        }
        case "h" -> {
          return Duration.ofHours(number);
        }
        case "" -> {
          if (number == 0) {
            return Duration.ZERO;
          }
        }
        default -> {}
      }
    }
    throw new TypeConversionException(
        "'" + text + "' is not a time: a whole number and ms, s, m or h, such as 5s");
  }

  /** {@code 512KiB}, {@code 4MiB}, {@code 1GiB}, {@code 1000B}. */
  static long bytes(String text) {
    Matcher parts = NUMBER_AND_UNIT.matcher(text);
    if (parts.matches()) {
      int shift =
          switch (parts.group(2).toLowerCase(Locale.ROOT)) {
            case "b" -> 0;
            case "kib" -> 10;
            case "mib" -> 20;
            case "gib" -> 30;
            default -> -1;
          };
      long number = Long.parseLong(parts.group(1));
      if (shift >= 0 && number <= Long.MAX_VALUE >> shift) {
        return number << shift;
      }
    }
    throw new TypeConversionException(
        "'" + text + "' is not a size: a whole number and B, KiB, MiB or GiB, such as 64MiB");
  }

  /** {@code valkey://127.0.0.1:6379} and its like. */
  static ValkeyAddress valkey(String text) {
    try {
      return ValkeyAddress.parse(text);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException("the address " + e.getMessage());
    }
  }

  /** {@code 127.0.0.1:9191}, {@code [::1]:9191}, {@code operator.portcullis:18000}. */
  static HostAndPort address(String text) {
    try {
      HostAndPort address = HostAndPort.fromString(text).requireBracketsForIPv6();
      if (address.hasPort() && !address.getHost().isEmpty()) {
        return address;
      }
    } catch (IllegalArgumentException _) {
      // Said below, in the same words for every way to get it wrong.
    }
    throw new TypeConversionException(
        "'" + text + "' is not HOST:PORT, such as 127.0.0.1:9191 or [::1]:9191");
  }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.expression;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.portcullis.policy.match.Cidr;
import dev.portcullis.policy.match.IpAddress;
import dev.portcullis.policy.match.PathPattern;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Functions whose last argument must be a literal, because it is compiled ahead of requests. */
enum LiteralFunction {
  /** {@code text.matches("regex")}: RE2 syntax, found anywhere in the text. */
  MATCHES("matches", "write the regular expression in RE2 syntax (no look-around)") {
    @Override
    boolean test(String subject, String literal) {
      return PATTERNS.get(literal).matcher(subject).find();
    }

    @Override
    void compile(String literal) {
      PATTERNS.get(literal);
    }
  },
  /** {@code inCidr(source.address, "10.0.0.0/8")}: whether an address lies in a range. */
  IN_CIDR("inCidr", "write a range such as \"10.0.0.0/8\" or \"2001:db8::/32\"") {
    @Override
    boolean test(String subject, String literal) {
      return RANGES.get(literal).contains(IpAddress.parse(subject));
    }

    @Override
    void compile(String literal) {
      RANGES.get(literal);
    }
  },
  /** {@code pathMatches(request.path, "/orders/{id}")}: whether a path fits a pattern of rules. */
  PATH_MATCHES("pathMatches", "write a pattern such as \"/orders/{id}\" or \"/orders/**\"") {
    @Override
    boolean test(String subject, String literal) {
      return PATHS.get(literal).matches(subject);
    }

    @Override
    void compile(String literal) {
      PATHS.get(literal);
    }
  };

  private static final int MAX_PROGRAM_SIZE = 1000;
  private static final Literals<Pattern> PATTERNS = new Literals<>(LiteralFunction::pattern);
  private static final Literals<Cidr> RANGES = new Literals<>(Cidr::parse);
  private static final Literals<PathPattern> PATHS = new Literals<>(PathPattern::parse);

  private final String celName;
  private final String hint;

  LiteralFunction(String celName, String hint) {
    this.celName = celName;
    this.hint = hint;
  }

  abstract boolean test(String subject, String literal);

  /** Whether one of several literals holds. */
  boolean testAny(String subject, List<?> literals) {
    for (Object literal : literals) {
      if (test(subject, (String) literal)) {
        return true;
      }
    }
    return false;
  }

  /** Whether a list of literals may stand for one. */
  boolean takesList() {
    return this == IN_CIDR;
  }

  /** Throws IllegalArgumentException when the literal means nothing. */
  abstract void compile(String literal);

  String celName() {
    return celName;
  }

  String hint() {
    return hint;
  }

  static @Nullable LiteralFunction find(String celName) {
    for (LiteralFunction function : values()) {
      if (function.celName.equals(celName)) {
        return function;
      }
    }
    return null;
  }

  private static Pattern pattern(String literal) {
    Pattern pattern;
    try {
      pattern = Pattern.compile(literal);
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException("not a regular expression: " + e.getMessage(), e);
    }
    if (pattern.programSize() > MAX_PROGRAM_SIZE) {
      throw new IllegalArgumentException(
          "the regular expression is too large: "
              + pattern.programSize()
              + " of "
              + MAX_PROGRAM_SIZE
              + " instructions");
    }
    return pattern;
  }
}

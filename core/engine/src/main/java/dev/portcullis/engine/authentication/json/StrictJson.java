// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication.json;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads JSON (RFC 8259) without leniency: a member that stands twice, invalid UTF-8, a lone
 * surrogate, a number beyond what a double holds, deep nesting and trailing text are errors,
 * because two readers could see two things in them.
 *
 * <p>Objects become unmodifiable maps in the order of the text, arrays unmodifiable lists, whole
 * numbers within 64 bits {@code Long}, other numbers {@code Double}. Members and elements that are
 * null are left out, so that no value is ever null.
 */
public final class StrictJson {
  private static final int MAX_DEPTH = 16;
  private static final int MAX_NUMBER_LENGTH = 64;

  private final String text;
  private int at;

  private StrictJson(String text) {
    this.text = text;
  }

  /**
   * Reads one object.
   *
   * @param utf8 the whole text; the caller has bounded its length
   * @throws MalformedTextException saying what is wrong and at which character
   */
  public static Map<String, Object> object(byte[] utf8) throws MalformedTextException {
    var reader = new StrictJson(decode(utf8));
    reader.skipSpace();
    reader.expect('{');
    Map<String, Object> object = reader.members(1);
    reader.skipSpace();
    if (reader.at != reader.text.length()) {
      throw reader.wrong("text after the object");
    }
    return object;
  }

  private static String decode(byte[] utf8) throws MalformedTextException {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
    } catch (CharacterCodingException e) {
      throw new MalformedTextException("JSON is not UTF-8");
    }
  }

  private @Nullable Object value(int depth) throws MalformedTextException {
    skipSpace();
    return switch (at < text.length() ? text.charAt(at) : 0) {
      case '{' -> {
        enter(depth);
        yield members(depth + 1);
      }
      case '[' -> {
        enter(depth);
        yield elements(depth + 1);
      }
      case '"' -> {
        at++;
        yield string();
      }
      case 't' -> word("true", true);
      case 'f' -> word("false", false);
      case 'n' -> word("null", null);
      default -> number();
    };
  }

  private void enter(int depth) throws MalformedTextException {
    if (depth >= MAX_DEPTH) {
      throw wrong("nested deeper than " + MAX_DEPTH);
    }
    at++;
  }

  private Map<String, Object> members(int depth) throws MalformedTextException {
    var members = new LinkedHashMap<String, @Nullable Object>();
    skipSpace();
    if (peek('}')) {
      return Map.of();
    }
    do {
      skipSpace();
      expect('"');
      String name = string();
      skipSpace();
      expect(':');
      Object value = value(depth);
      if (members.containsKey(name)) {
        throw wrong("a member stands twice");
      }
      members.put(name, value);
      skipSpace();
    } while (peek(','));
    expect('}');
    var present = new LinkedHashMap<String, Object>();
    members.forEach((name, value) -> {
      if (value != null) {
        present.put(name, value);
      }
    });
    return Collections.unmodifiableMap(present);
  }

  private List<Object> elements(int depth) throws MalformedTextException {
    var elements = new ArrayList<Object>();
    skipSpace();
    if (peek(']')) {
      return List.of();
    }
    do {
      Object value = value(depth);
      if (value != null) {
        elements.add(value);
      }
      skipSpace();
    } while (peek(','));
    expect(']');
    return Collections.unmodifiableList(elements);
  }

  private String string() throws MalformedTextException {
    int start = at;
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c == '"') {
        return text.substring(start, at++);
      }
      if (c == '\\') {
        return escapedString(start);
      }
      if (c < 0x20) {
        throw wrong("a control character in a string");
      }
      at++;
    }
    throw wrong("a string without end");
  }

  private String escapedString(int start) throws MalformedTextException {
    var value = new StringBuilder().append(text, start, at);
    while (at < text.length()) {
      char c = text.charAt(at++);
      if (c == '"') {
        return checkSurrogates(value);
      }
      if (c < 0x20) {
        throw wrong("a control character in a string");
      }
      value.append(c == '\\' ? escape() : c);
    }
    throw wrong("a string without end");
  }

  private char escape() throws MalformedTextException {
    char c = at < text.length() ? text.charAt(at++) : 0;
    return switch (c) {
      case '"', '\\', '/' -> c;
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'u' -> unicode();
      default -> throw wrong("an unknown escape");
    };
  }

  private char unicode() throws MalformedTextException {
    int value = 0;
    for (int i = 0; i < 4; i++) {
      char c = at < text.length() ? text.charAt(at++) : 0;
      int digit = c < 128 ? Character.digit(c, 16) : -1;
      if (digit < 0) {
        throw wrong("an unknown escape");
      }
      value = value << 4 | digit;
    }
    return (char) value;
  }

  private String checkSurrogates(StringBuilder value) throws MalformedTextException {
    for (int i = 0; i < value.length(); i++) {
      int point = value.codePointAt(i);
      if (point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE) {
        throw wrong("half a character");
      }
      i += Character.charCount(point) - 1;
    }
    return value.toString();
  }

  private Object number() throws MalformedTextException {
    int start = at;
    boolean whole = true;
    peek('-');
    int first = at;
    int digits = digits();
    if (digits == 0 || (digits > 1 && text.charAt(first) == '0')) {
      throw wrong("not a JSON value");
    }
    if (peek('.')) {
      whole = false;
      requireDigits();
    }
    if (peek('e') || peek('E')) {
      whole = false;
      if (!peek('+')) {
        peek('-');
      }
      requireDigits();
    }
    if (at - start > MAX_NUMBER_LENGTH) {
      throw wrong("a number of more than " + MAX_NUMBER_LENGTH + " characters");
    }
    return whole && digits <= 18
        ? (Object) Long.parseLong(text, start, at, 10)
        : real(text.substring(start, at), whole);
  }

  private Object real(String number, boolean whole) throws MalformedTextException {
    if (whole) {
      try {
        return Long.parseLong(number);
      } catch (NumberFormatException _) {
        // Beyond 64 bits: a double holds it, less exactly.
      }
    }
    double value = Double.parseDouble(number);
    if (Double.isInfinite(value)) {
      throw wrong("a number beyond what a double holds");
    }
    return value;
  }

  private int digits() {
    int start = at;
    while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
      at++;
    }
    return at - start;
  }

  private void requireDigits() throws MalformedTextException {
    if (digits() == 0) {
      throw wrong("not a JSON value");
    }
  }

  private @Nullable Object word(String word, @Nullable Object value) throws MalformedTextException {
    if (!text.startsWith(word, at)) {
      throw wrong("not a JSON value");
    }
    at += word.length();
    return value;
  }

  private boolean peek(char wanted) {
    if (at < text.length() && text.charAt(at) == wanted) {
      at++;
      return true;
    }
    return false;
  }

  private void expect(char wanted) throws MalformedTextException {
    if (!peek(wanted)) {
      throw wrong("'" + wanted + "' is missing");
    }
  }

  private void skipSpace() {
    while (at < text.length() && isSpace(text.charAt(at))) {
      at++;
    }
  }

  private static boolean isSpace(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
  }

  private MalformedTextException wrong(String what) {
    return new MalformedTextException("JSON at character " + at + ": " + what);
  }
}

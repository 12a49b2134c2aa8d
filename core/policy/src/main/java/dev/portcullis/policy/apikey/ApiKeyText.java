// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.policy.apikey;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;
import java.util.zip.CRC32;

/**
 * An API key as a client sends it.
 *
 * <pre>
 *   pck_ 0123456789ABCDEF _ SSSSSSSS…SSSS CCCCCCC      80 characters in all
 *        id: 16             secret: 52    checksum: 7
 * </pre>
 *
 * <p>All three parts are Crockford's base 32 in capitals: no {@code I L O U}, so a key that is read
 * aloud or copied by hand survives, and the alphabet has no characters that break a double click.
 * The id is 80 random bits and public: it finds the key. The secret is 256 random bits; its last
 * digit holds one bit, so it is {@code 0} or {@code G}. The checksum is the CRC-32 of {@code
 * id_secret}: it lets a scanner tell a leaked key from a look-alike, and a person a typing error
 * from a wrong key. It is no security: only the hash comparison is.
 *
 * <p>{@link #SCANNER_PATTERN} finds candidates in any text.
 */
public final class ApiKeyText {
  /** The number of characters of a whole key. */
  public static final int LENGTH = 80;

  /** The number of characters of an id. */
  public static final int ID_LENGTH = 16;

  /** A regular expression (RE2 and Java) for leak scanners; what it finds, {@link #parse} tests. */
  public static final String SCANNER_PATTERN =
      "\\bpck_[0-9A-HJKMNP-TV-Z]{16}_[0-9A-HJKMNP-TV-Z]{51}[0G][0-3][0-9A-HJKMNP-TV-Z]{6}\\b";

  private static final String PREFIX = "pck_";
  private static final int SECRET_LENGTH = 52;
  private static final int CHECKSUM_START = PREFIX.length() + ID_LENGTH + 1 + SECRET_LENGTH;

  private final String text;

  private ApiKeyText(String text) {
    this.text = text;
  }

  /** Makes a key that nobody has had before. */
  public static ApiKeyText generate(SecureRandom random) {
    byte[] id = new byte[10];
    byte[] secret = new byte[32];
    random.nextBytes(id);
    random.nextBytes(secret);
    String body = Crockford32.encode(id) + "_" + Crockford32.encode(secret);
    return new ApiKeyText(PREFIX + body + checksum(body));
  }

  /**
   * Reads a key. Neither whitespace nor small letters nor look-alike digits are forgiven, because
   * the hash covers the text as it stands. Apart from the length, which is no secret, every text
   * costs the same work wherever it is wrong.
   *
   * @return empty when the text is not a key that {@link #generate} could have made
   */
  public static Optional<ApiKeyText> parse(String text) {
    if (text.length() != LENGTH) {
      return Optional.empty();
    }
    int wrong = text.charAt(PREFIX.length() + ID_LENGTH) ^ '_';
    for (int i = 0; i < PREFIX.length(); i++) {
      wrong |= text.charAt(i) ^ PREFIX.charAt(i);
    }
    for (int i = PREFIX.length(); i < LENGTH; i++) {
      int digit = Crockford32.digit(text.charAt(i));
      wrong |= i == PREFIX.length() + ID_LENGTH ? 0 : digit & Crockford32.INVALID;
    }
    // The last digit of the secret carries one bit of 256, its other four are zero.
    wrong |= Crockford32.digit(text.charAt(CHECKSUM_START - 1)) & 0xF;
    String expected = checksum(text.substring(PREFIX.length(), CHECKSUM_START));
    for (int i = 0; i < expected.length(); i++) {
      wrong |= text.charAt(CHECKSUM_START + i) ^ expected.charAt(i);
    }
    return wrong == 0 ? Optional.of(new ApiKeyText(text)) : Optional.empty();
  }

  private static String checksum(String body) {
    var crc = new CRC32();
    crc.update(body.getBytes(StandardCharsets.US_ASCII));
    return Crockford32.encodeInt(crc.getValue());
  }

  /** The public part, 16 characters. */
  public String id() {
    return text.substring(PREFIX.length(), PREFIX.length() + ID_LENGTH);
  }

  /** SHA-256 of the whole key as text: what the ApiKey resource holds, 64 lower-case hex digits. */
  public String sha256() {
    return HexFormat.of().formatHex(hash());
  }

  /** SHA-256 of the whole key as text, 32 bytes. */
  public byte[] hash() {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.US_ASCII));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** The whole key, for the one place that hands it to its owner. */
  public String reveal() {
    return text;
  }

  /** Shows the id only. */
  @Override
  public String toString() {
    return PREFIX + id() + "_[redacted]";
  }
}

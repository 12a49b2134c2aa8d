// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.codec.probe;

import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What an operator asks a gate.
 *
 * <p>It travels in the path, {@value #PREFIX} and then {@code NONCE.SECONDS.SIGNATURE}, with a
 * second signature while one key follows another. In the path and not in a header: what begins with
 * {@code x-portcullis-} is removed from every request before anybody looks at it, and stays so.
 *
 * @param nonce never used before
 * @param issuedAt in whole seconds
 */
public record ProbeQuestion(UUID nonce, Instant issuedAt) {
  /** What the paths of probes begin with. */
  public static final String PREFIX = "/.portcullis/probe/";

  /** How old a question may be, and how far in the future where clocks differ. */
  public static final Duration LIFE = Duration.ofSeconds(30);

  /** How many keys a question is signed with at most. */
  public static final int MAX_KEYS = 2;

  private static final String USE = "portcullis probe question 1";
  private static final int MAX_LENGTH = 160;
  private static final Pattern SHAPE =
      Pattern.compile(
          "(([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\\.([0-9]{1,12}))"
              + "\\.([A-Za-z0-9_-]{43})(?:\\.([A-Za-z0-9_-]{43}))?");

  public ProbeQuestion {
    issuedAt = Instant.ofEpochSecond(issuedAt.getEpochSecond());
  }

  /**
   * A question that was found to be good.
   *
   * @param key that the answer has to be signed with
   */
  public record Verified(ProbeQuestion question, ProbeKey key) {}

  /** A new question. */
  public static ProbeQuestion at(Instant now) {
    return new ProbeQuestion(UUID.randomUUID(), now);
  }

  /**
   * The path to ask for.
   *
   * @param keys 1 to {@link #MAX_KEYS}: whoever has any of them can answer
   */
  public String path(List<ProbeKey> keys) {
    if (keys.isEmpty() || keys.size() > MAX_KEYS) {
      throw new IllegalArgumentException("signed with 1 to " + MAX_KEYS + " keys: " + keys.size());
    }
    StringBuilder path = new StringBuilder(PREFIX).append(text());
    for (ProbeKey key : keys) {
      path.append('.')
          .append(Base64.getUrlEncoder().withoutPadding().encodeToString(key.sign(USE, text())));
    }
    return path.toString();
  }

  /** What is signed, of the question and of its answer. */
  String text() {
    return nonce + "." + issuedAt.getEpochSecond();
  }

  /**
   * Reads a path; empty when it is no question, or not one that a holder of these keys asked just
   * now. Who asks in vain costs no more than a few comparisons and, with the right shape and time,
   * a signature for each key.
   */
  public static Optional<Verified> in(String path, List<ProbeKey> keys, Instant now) {
    if (!path.startsWith(PREFIX) || path.length() > PREFIX.length() + MAX_LENGTH) {
      return Optional.empty();
    }
    Matcher parts = SHAPE.matcher(path.substring(PREFIX.length()));
    if (!parts.matches()) {
      return Optional.empty();
    }
    Instant issuedAt = Instant.ofEpochSecond(Long.parseLong(parts.group(3)));
    if (Duration.between(issuedAt, now).abs().compareTo(LIFE) > 0) {
      return Optional.empty();
    }
    for (ProbeKey key : keys) {
      if (signed(key, parts)) {
        UUID nonce = UUID.fromString(parts.group(2));
        return Optional.of(new Verified(new ProbeQuestion(nonce, issuedAt), key));
      }
    }
    return Optional.empty();
  }

  private static boolean signed(ProbeKey key, Matcher parts) {
    for (int group = 4; group <= 5; group++) {
      String signature = parts.group(group);
      if (signature != null && key.signed(USE, parts.group(1), bytes(signature))) {
        return true;
      }
    }
    return false;
  }

  private static byte[] bytes(String signature) {
    try {
      return Base64.getUrlDecoder().decode(signature);
    } catch (IllegalArgumentException e) {
      // The last digit has bits that are not there: nobody's signature.
      return new byte[0];
    }
  }
}

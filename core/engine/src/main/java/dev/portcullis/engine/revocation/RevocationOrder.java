// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.engine.revocation;

import dev.portcullis.engine.authentication.json.MalformedTextException;
import dev.portcullis.engine.revocation.RevocationKey.Kind;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What somebody with the bearer token asks to revoke, or no longer to revoke.
 *
 * @param expires null: it was not said
 * @param reason for the log; empty: none was given
 */
public record RevocationOrder(
    RevocationKey key, @Nullable Instant issuedBefore, @Nullable Instant expires, String reason) {
  /** The longest that a revocation may last. */
  public static final Duration MAX_LIFETIME = Duration.ofDays(400);

  /** By which methods forgive clocks at most. */
  private static final long SKEW_SECONDS = 60;

  private static final int MAX_REASON = 256;
  private static final Set<String> MEMBERS =
      Set.of(
          "issuer",
          "jti",
          "sid",
          "subject",
          "issuedBefore",
          "namespace",
          "keyId",
          "expires",
          "reason");

  /**
   * Reads it.
   *
   * @throws MalformedTextException saying to the caller what is wrong
   */
  public static RevocationOrder read(Map<String, ?> members) throws MalformedTextException {
    for (String name : members.keySet()) {
      if (!MEMBERS.contains(name)) {
        throw new MalformedTextException(
            "there is no member " + shortened(name) + "; there are " + String.join(", ", sorted()));
      }
    }
    String jti = text(members, "jti");
    String sid = text(members, "sid");
    String subject = text(members, "subject");
    String keyId = text(members, "keyId");
    String issuer = text(members, "issuer");
    String namespace = text(members, "namespace");
    if (count(jti, sid, subject, keyId) != 1) {
      throw new MalformedTextException("say exactly one of jti, sid, subject and keyId");
    }
    if (keyId == null && issuer == null) {
      throw new MalformedTextException("say the issuer of the tokens");
    }
    if (keyId != null && (issuer != null || namespace == null)) {
      throw new MalformedTextException("a key has a namespace, and no issuer");
    }
    if (subject == null && members.containsKey("issuedBefore")) {
      throw new MalformedTextException("issuedBefore is for a subject");
    }
    String reason = text(members, "reason");
    if (reason != null && reason.length() > MAX_REASON) {
      throw new MalformedTextException("reason is longer than " + MAX_REASON + " characters");
    }
    return new RevocationOrder(
        key(namespace, issuer, jti, sid, subject, keyId),
        time(members, "issuedBefore"),
        time(members, "expires"),
        reason == null ? "" : reason);
  }

  private static RevocationKey key(
      @Nullable String namespace,
      @Nullable String issuer,
      @Nullable String jti,
      @Nullable String sid,
      @Nullable String subject,
      @Nullable String keyId)
      throws MalformedTextException {
    Kind kind =
        jti != null
            ? Kind.TOKEN
            : sid != null ? Kind.SESSION : subject != null ? Kind.SUBJECT : Kind.API_KEY;
    String value = jti != null ? jti : sid != null ? sid : subject != null ? subject : keyId;
    try {
      return new RevocationKey(
          kind,
          namespace == null ? RevocationKey.EVERYWHERE : namespace,
          issuer == null ? "" : issuer,
          value == null ? "" : value);
    } catch (IllegalArgumentException e) {
      throw new MalformedTextException(String.valueOf(e.getMessage()));
    }
  }

  /**
   * The revocation that it asks for.
   *
   * @param lifetime how long it lasts when that was not said
   * @param former what is known of the key; null: nothing
   * @throws MalformedTextException when its end is past or too far away
   */
  public Revocation revocation(Instant now, Duration lifetime, @Nullable Revocation former)
      throws MalformedTextException {
    Instant end = expires == null ? now.plus(lifetime) : expires;
    if (!end.isAfter(now) || end.isAfter(now.plus(MAX_LIFETIME))) {
      throw new MalformedTextException(
          "expires must be in the future, by at most " + MAX_LIFETIME.toDays() + " days");
    }
    long before = Revocation.ALL;
    if (key.kind() == Kind.SUBJECT) {
      // Up to the end of this second, by a clock as far ahead as methods forgive: a token that is
      // issued now is meant too, whatever its issuer thinks what time it is.
      before =
          issuedBefore == null
              ? now.getEpochSecond() + 1 + SKEW_SECONDS
              : issuedBefore.getEpochSecond();
    }
    return new Revocation(key, before, roundedUp(end), false, Revocation.after(former, now));
  }

  private static Instant roundedUp(Instant time) {
    return time.getNano() == 0 ? time : Instant.ofEpochSecond(time.getEpochSecond() + 1);
  }

  private static int count(@Nullable String... values) {
    int count = 0;
    for (String each : values) {
      count += each == null ? 0 : 1;
    }
    return count;
  }

  private static @Nullable Instant time(Map<String, ?> members, String name)
      throws MalformedTextException {
    String text = text(members, name);
    try {
      return text == null ? null : Instant.parse(text);
    } catch (DateTimeException e) {
      throw new MalformedTextException(name + " must be a time such as 2026-11-22T12:00:00Z");
    }
  }

  private static @Nullable String text(Map<String, ?> members, String name)
      throws MalformedTextException {
    Object value = members.get(name);
    if (value == null) {
      return null;
    }
    if (value instanceof String text && !text.isEmpty()) {
      return text;
    }
    throw new MalformedTextException(name + " must be a text that is not empty");
  }

  private static String[] sorted() {
    return MEMBERS.stream().sorted().toArray(String[]::new);
  }

  private static String shortened(String name) {
    return name.length() <= 40 ? name : name.substring(0, 40) + "…";
  }

  /** Shows no value: subjects may be personal. */
  @Override
  public String toString() {
    return "RevocationOrder[" + key + "]";
  }
}

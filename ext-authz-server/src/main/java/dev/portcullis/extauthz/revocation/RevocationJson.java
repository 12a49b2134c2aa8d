// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.revocation;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.portcullis.engine.authentication.json.MalformedTextException;
import dev.portcullis.engine.authentication.json.StrictJson;
import dev.portcullis.engine.revocation.Revocation;
import dev.portcullis.engine.revocation.RevocationKey;
import dev.portcullis.engine.revocation.RevocationSet;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Revocations as replicas tell them to each other. */
final class RevocationJson {
  /** How many go into one message. */
  static final int PAGE = 100;

  /** The year 9999, in milliseconds since 1970. */
  private static final long MAX_TIME = 253_402_300_799_999L;

  private static final JsonFactory FACTORY = new JsonFactory();

  private RevocationJson() {}

  /** Writes the members of an object. */
  @FunctionalInterface
  interface Members {
    void write(JsonGenerator json) throws IOException;
  }

  /**
   * What a replica says.
   *
   * @param replica its id, another one after each start
   * @param last number of the last change in here
   * @param more whether there are others after it
   */
  record Message(String replica, long last, boolean more, List<Revocation> revocations) {
    Message {
      revocations = List.copyOf(revocations);
    }
  }

  static byte[] write(Members members) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (JsonGenerator json = FACTORY.createGenerator(out)) {
      json.writeStartObject();
      members.write(json);
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("memory does not fail", e);
    }
    return out.toByteArray();
  }

  static byte[] write(String replica, RevocationSet.Changes changes) {
    return write(json -> {
      json.writeStringField("replica", replica);
      json.writeNumberField("last", changes.last());
      json.writeBooleanField("more", changes.more());
      json.writeArrayFieldStart("revocations");
      for (Revocation each : changes.revocations()) {
        json.writeStartObject();
        members(json, each);
        json.writeEndObject();
      }
      json.writeEndArray();
    });
  }

  private static void members(JsonGenerator json, Revocation revocation) throws IOException {
    json.writeStringField("kind", revocation.key().kind().name());
    json.writeStringField("namespace", revocation.key().namespace());
    json.writeStringField("issuer", revocation.key().issuer());
    json.writeStringField("value", revocation.key().value());
    if (revocation.issuedBefore() != Revocation.ALL) {
      json.writeNumberField("issuedBefore", revocation.issuedBefore());
    }
    json.writeNumberField("expires", revocation.expires().getEpochSecond());
    json.writeBooleanField("withdrawn", revocation.withdrawn());
    json.writeNumberField("changed", revocation.changed());
  }

  /** One by itself. */
  static String write(Revocation revocation) {
    return new String(write(json -> members(json, revocation)), StandardCharsets.UTF_8);
  }

  /**
   * Reads what {@link #write(Revocation)} wrote.
   *
   * @throws MalformedTextException when it is something else
   */
  static Revocation readOne(String json) throws MalformedTextException {
    return revocation(StrictJson.object(json.getBytes(StandardCharsets.UTF_8)));
  }

  /**
   * Reads what {@link #write(String, RevocationSet.Changes)} wrote.
   *
   * @throws MalformedTextException when it is something else
   */
  static Message read(byte[] body) throws MalformedTextException {
    Map<String, Object> message = StrictJson.object(body);
    if (!(message.get("revocations") instanceof List<?> list) || list.size() > PAGE) {
      throw new MalformedTextException("revocations must be a list of at most " + PAGE);
    }
    List<Revocation> revocations = new ArrayList<>(list.size());
    for (Object each : list) {
      if (!(each instanceof Map<?, ?> revocation)) {
        throw new MalformedTextException("a revocation must be an object");
      }
      revocations.add(revocation(revocation));
    }
    return new Message(
        text(message, "replica"),
        number(message, "last"),
        Boolean.TRUE.equals(message.get("more")),
        revocations);
  }

  private static Revocation revocation(Map<?, ?> json) throws MalformedTextException {
    try {
      RevocationKey key =
          new RevocationKey(
              RevocationKey.Kind.valueOf(text(json, "kind")),
              text(json, "namespace"),
              text(json, "issuer"),
              text(json, "value"));
      return new Revocation(
          key,
          json.containsKey("issuedBefore") ? number(json, "issuedBefore") : Revocation.ALL,
          Instant.ofEpochSecond(number(json, "expires")),
          Boolean.TRUE.equals(json.get("withdrawn")),
          time(json, "changed"));
    } catch (IllegalArgumentException | DateTimeException e) {
      throw new MalformedTextException("a revocation that is none");
    }
  }

  private static String text(Map<?, ?> json, String name) throws MalformedTextException {
    return required(json.get(name) instanceof String text ? text : null, name);
  }

  private static long number(Map<?, ?> json, String name) throws MalformedTextException {
    return required(json.get(name) instanceof Long number ? number : null, name);
  }

  /** Milliseconds that a later word can still exceed. */
  private static long time(Map<?, ?> json, String name) throws MalformedTextException {
    long time = number(json, name);
    if (time < 0 || time > MAX_TIME) {
      throw new MalformedTextException(name + " is no time");
    }
    return time;
  }

  private static <T> T required(@Nullable T value, String name) throws MalformedTextException {
    if (value == null) {
      throw new MalformedTextException(name + " is missing or of another type");
    }
    return value;
  }
}

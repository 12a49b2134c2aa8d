// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.codec;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.portcullis.policy.plan.ApiKeyRecord;
import dev.portcullis.policy.plan.RoutePlan;
import java.io.IOException;
import java.util.Arrays;

/**
 * The canonical JSON form of plan resources. Keys stand in the order of their record components,
 * nulls and empty lists are left out, so that equal plans are equal bytes. Reading refuses unknown
 * keys: a plan that means more than this version understands must not be half applied. Thread-safe.
 */
public final class PlanCodec {
  private static final JsonMapper MAPPER = PlanJson.mapper();
  private static final ObjectWriter COMPACT = MAPPER.writer();
  private static final ObjectWriter PRETTY =
      MAPPER.writer(
          new DefaultPrettyPrinter()
              .withArrayIndenter(new DefaultIndenter("  ", "\n"))
              .withObjectIndenter(new DefaultIndenter("  ", "\n")));
  private static final ObjectReader ROUTE = MAPPER.readerFor(RoutePlan.class);
  private static final ObjectReader API_KEY = MAPPER.readerFor(ApiKeyRecord.class);
  private static final ObjectReader SNAPSHOT = MAPPER.readerFor(PlanSnapshot.class);

  private PlanCodec() {}

  /** UTF-8 JSON of a route. */
  public static byte[] encode(RoutePlan route) {
    return bytes(COMPACT.forType(RoutePlan.class), route);
  }

  /** UTF-8 JSON of an issued key. */
  public static byte[] encode(ApiKeyRecord key) {
    return bytes(COMPACT, key);
  }

  /** UTF-8 JSON of a whole plan, indented for people; ends with a line break. */
  public static byte[] encode(PlanSnapshot plan) {
    byte[] json = bytes(PRETTY, plan);
    byte[] line = Arrays.copyOf(json, json.length + 1);
    line[json.length] = '\n';
    return line;
  }

  /**
   * Reads a route.
   *
   * @throws PlanFormatException when the bytes are not a route that this version understands
   */
  public static RoutePlan decodeRoute(byte[] json) {
    return read(ROUTE, RoutePlan.class, json);
  }

  /**
   * Reads an issued key.
   *
   * @throws PlanFormatException when the bytes are not a key that this version understands
   */
  public static ApiKeyRecord decodeApiKey(byte[] json) {
    return read(API_KEY, ApiKeyRecord.class, json);
  }

  /**
   * Reads a whole plan.
   *
   * @throws PlanFormatException when the bytes are not a plan that this version understands, or
   *     name a route or key twice
   */
  public static PlanSnapshot decodeSnapshot(byte[] json) {
    return read(SNAPSHOT, PlanSnapshot.class, json);
  }

  private static byte[] bytes(ObjectWriter writer, Object value) {
    try {
      return writer.writeValueAsBytes(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a plan record that cannot be written: " + value, e);
    }
  }

  private static <T> T read(ObjectReader reader, Class<T> type, byte[] json) {
    try {
      return type.cast(reader.readValue(json));
    } catch (IOException e) {
      throw new PlanFormatException(
          "not a plan that this version understands: " + e.getMessage(), e);
    }
  }
}

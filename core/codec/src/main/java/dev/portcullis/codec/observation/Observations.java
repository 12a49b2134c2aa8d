// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.codec.observation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a decision service saw, as it tells the operator on the stream of its plan. The operator
 * believes nothing more of it than a status is worth: none of it lets anybody in.
 *
 * @param keySets those with trouble, by address; all of them, each time
 * @param lastUsed when issued keys were accepted last, by {@code namespace/name of the ApiKey}, in
 *     steps of {@link #STEP}; only those that were not told before
 */
public record Observations(
    SortedMap<String, KeySetTrouble> keySets, SortedMap<String, Instant> lastUsed) {
  /** The type URL of the requests that carry them. */
  public static final String TYPE = "type.portcullis.dev/v1alpha1.Observations";

  /** Their name in the metadata of the node that speaks; a string, which is JSON. */
  public static final String FIELD = "observations";

  /** A key that is used all the time is written of once in so long. */
  public static final Duration STEP = Duration.ofHours(1);

  /** Key sets that are told of, the first by address. */
  public static final int MAX_KEY_SETS = 256;

  /** Keys that are told of at once, and remembered of each decision service. */
  public static final int MAX_LAST_USED = 4_096;

  /** Nothing to tell. */
  public static final Observations NONE =
      new Observations(Collections.emptySortedMap(), Collections.emptySortedMap());

  /** Characters of a namespace, a slash and a name, as Kubernetes bounds them. */
  private static final int MAX_NAME = 63 + 1 + 253;

  private static final int MAX_ADDRESS = 2_048;
  private static final int MAX_BYTES = 2 * 1024 * 1024;

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .addModule(new JavaTimeModule())
          // A newer decision service may say more.
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .build();

  /** Keeps the first of each, as many as the bounds allow, and none whose name is too long. */
  public Observations {
    keySets = first(keySets, MAX_KEY_SETS, MAX_ADDRESS);
    lastUsed = first(lastUsed, MAX_LAST_USED, MAX_NAME);
  }

  private static <V> SortedMap<String, V> first(SortedMap<String, V> map, int most, int longest) {
    SortedMap<String, V> kept = new TreeMap<>();
    map.entrySet().stream()
        .filter(entry -> entry.getKey().length() <= longest)
        .limit(most)
        .forEach(entry -> kept.put(entry.getKey(), Objects.requireNonNull(entry.getValue())));
    return Collections.unmodifiableSortedMap(kept);
  }

  /** The step in which a moment falls. */
  public static Instant step(Instant moment) {
    long seconds = STEP.toSeconds();
    return Instant.ofEpochSecond(Math.floorDiv(moment.getEpochSecond(), seconds) * seconds);
  }

  /** As JSON; the same observations are the same text. */
  public String toJson() {
    try {
      return JSON.writeValueAsString(this);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("observations that cannot be written", e);
    }
  }

  /**
   * Reads what {@link #toJson} wrote.
   *
   * @throws IllegalArgumentException when it is nothing of the kind, or too long
   */
  public static Observations ofJson(String json) {
    if (json.length() > MAX_BYTES) {
      throw new IllegalArgumentException("observations of " + json.length() + " characters");
    }
    try {
      Observations read = JSON.readValue(json, Observations.class);
      if (read == null) {
        throw new IllegalArgumentException("no observations");
      }
      return read;
    } catch (IOException e) {
      throw new IllegalArgumentException("not observations", e);
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.store.key;

import dev.portcullis.policy.plan.ApiKeyRecord;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The fields of a key in the store: those of an ApiKey's spec, its name and its labels. */
public final class KeyRecords {
  /** Where it is told, as {@link #name}, which key is another one or gone. */
  public static final String CHANNEL = "portcullis:keys";

  /**
   * The hour in which the key was accepted last; decision services write it, nobody decides by it.
   */
  public static final String LAST_USED = "lastUsed";

  private static final String PLACE = "portcullis:key:";
  private static final String LABEL = "label:";
  private static final int MAX_FIELDS = 64;
  private static final int MAX_LENGTH = 8192;
  private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");

  private KeyRecords() {}

  /** How messages call a key. A namespace has no colon. */
  public static String name(String namespace, String id) {
    return namespace + ":" + id;
  }

  /** Where the store has a key. */
  public static String place(String namespace, String id) {
    return PLACE + name(namespace, id);
  }

  /** Where the store has this key. */
  public static String placeOf(ApiKeyRecord key) {
    return place(key.namespace(), key.id());
  }

  /** When a key was accepted last; null: nobody says, or it is no time. */
  public static @Nullable Instant lastUsed(Map<String, String> fields) {
    try {
      return time(fields, LAST_USED);
    } catch (IllegalArgumentException e) {
      // It lets nobody in and keeps nobody out, so the key holds without it.
      return null;
    }
  }

  /**
   * Reads a key.
   *
   * @throws IllegalArgumentException when it is none; its message names the field
   */
  public static ApiKeyRecord read(String namespace, String id, Map<String, String> fields) {
    // What decision services add makes no key too big.
    if (fields.size() - (fields.containsKey(LAST_USED) ? 1 : 0) > MAX_FIELDS) {
      throw new IllegalArgumentException("more than " + MAX_FIELDS + " fields");
    }
    SortedMap<String, String> labels = new TreeMap<>();
    for (Map.Entry<String, String> field : fields.entrySet()) {
      String name = field.getKey();
      if (field.getValue().length() > MAX_LENGTH) {
        throw new IllegalArgumentException("a field longer than " + MAX_LENGTH);
      }
      switch (name) {
        case "name", "sha256", "client", "plan", "scopes", "notBefore", "expires", "revoked" -> {}
        case LAST_USED -> {}
        default -> {
          // Else a misspelt "expires" would be a key that never does.
          if (!name.startsWith(LABEL) || name.length() == LABEL.length()) {
            throw new IllegalArgumentException("a field that keys do not have");
          }
          labels.put(name.substring(LABEL.length()), field.getValue());
        }
      }
    }
    String sha256 = required(fields, "sha256");
    if (!HASH.matcher(sha256).matches()) {
      throw new IllegalArgumentException("sha256");
    }
    String name = fields.get("name");
    return new ApiKeyRecord(
        namespace,
        name == null || name.isEmpty() ? id : name,
        id,
        sha256,
        required(fields, "client"),
        fields.get("plan"),
        scopes(fields.get("scopes")),
        time(fields, "notBefore"),
        time(fields, "expires"),
        revoked(fields.get("revoked")),
        labels);
  }

  private static String required(Map<String, String> fields, String name) {
    String value = fields.get(name);
    if (value == null || value.isEmpty()) {
      throw new IllegalArgumentException(name);
    }
    return value;
  }

  private static List<String> scopes(@Nullable String text) {
    return text == null || text.isBlank() ? List.of() : List.of(text.strip().split(" +"));
  }

  private static @Nullable Instant time(Map<String, String> fields, String name) {
    String text = fields.get(name);
    try {
      return text == null ? null : Instant.parse(text);
    } catch (DateTimeException e) {
      throw new IllegalArgumentException(name, e);
    }
  }

  private static boolean revoked(@Nullable String text) {
    return switch (text) {
      case null -> false;
      case "false" -> false;
      case "true" -> true;
      default -> throw new IllegalArgumentException("revoked");
    };
  }
}

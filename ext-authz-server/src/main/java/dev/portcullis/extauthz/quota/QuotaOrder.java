// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.quota;

import dev.portcullis.engine.authentication.json.MalformedTextException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What somebody with the bearer token asks about one counter.
 *
 * @param limit NAMESPACE/POLICY/LIMIT
 * @param plan whose allowance says how much a unit is; null: the limit's own
 * @param units that are given back; 0 where nothing is
 * @param reason for the log; empty: none was given
 */
public record QuotaOrder(
    Action action,
    String limit,
    CounterOwner owner,
    @Nullable String plan,
    long units,
    String reason) {
  private static final long MAX_UNITS = 1_000_000_000_000L;
  private static final int MAX_LIMIT = 1024;
  private static final int MAX_TEXT = 1024;
  private static final int MAX_PARTS = 16;
  private static final int MAX_REASON = 256;
  private static final List<String> MEMBERS =
      List.of(
          "action", "address", "client", "issuer", "key", "limit", "plan", "reason", "subject",
          "units");

  /** What is to be done. */
  public enum Action {
    /** To say how it stands. */
    GET,
    /** To forget what was charged. */
    RESET,
    /** To take back some of what was charged. */
    GRANT
  }

  /**
   * Reads it.
   *
   * @throws MalformedTextException saying to the caller what is wrong
   */
  public static QuotaOrder read(Map<String, ?> members) throws MalformedTextException {
    for (String name : members.keySet()) {
      if (!MEMBERS.contains(name)) {
        throw new MalformedTextException(
            "there is an unknown member; there are " + String.join(", ", MEMBERS));
      }
    }
    Action action =
        switch (text(members, "action", MAX_TEXT)) {
          case "get" -> Action.GET;
          case "reset" -> Action.RESET;
          case "grant" -> Action.GRANT;
          case null, default ->
              throw new MalformedTextException("action must be get, reset or grant");
        };
    String limit = text(members, "limit", MAX_LIMIT);
    if (limit == null || limit.split("/", -1).length != 3) {
      throw new MalformedTextException("limit must be NAMESPACE/POLICY/LIMIT");
    }
    String reason = text(members, "reason", MAX_REASON);
    return new QuotaOrder(
        action,
        limit,
        owner(members),
        text(members, "plan", MAX_TEXT),
        units(action, members.get("units")),
        reason == null ? "" : reason);
  }

  private static long units(Action action, @Nullable Object units) throws MalformedTextException {
    if (action != Action.GRANT) {
      if (units != null) {
        throw new MalformedTextException("units go with the action grant");
      }
      return 0;
    }
    if (!(units instanceof Long number) || number < 1 || number > MAX_UNITS) {
      throw new MalformedTextException("units must be a number from 1 to " + MAX_UNITS);
    }
    return number;
  }

  private static CounterOwner owner(Map<String, ?> members) throws MalformedTextException {
    List<CounterOwner> owners = new ArrayList<>();
    String client = text(members, "client", MAX_TEXT);
    String subject = text(members, "subject", MAX_TEXT);
    String issuer = text(members, "issuer", MAX_TEXT);
    String address = text(members, "address", MAX_TEXT);
    if (client != null) {
      owners.add(new CounterOwner.Client(client));
    }
    if (subject != null) {
      owners.add(new CounterOwner.Subject(issuer, subject));
    } else if (issuer != null) {
      throw new MalformedTextException("an issuer goes with a subject");
    }
    if (address != null) {
      owners.add(new CounterOwner.Address(CounterOwner.address(address)));
    }
    if (members.containsKey("key")) {
      owners.add(new CounterOwner.Key(parts(members.get("key"))));
    }
    if (owners.size() != 1) {
      throw new MalformedTextException("say exactly one of client, subject, address and key");
    }
    return owners.getFirst();
  }

  private static List<String> parts(@Nullable Object key) throws MalformedTextException {
    if (!(key instanceof List<?> list) || list.isEmpty() || list.size() > MAX_PARTS) {
      throw new MalformedTextException("key must be a list of 1 to " + MAX_PARTS + " texts");
    }
    List<String> parts = new ArrayList<>(list.size());
    for (Object each : list) {
      if (!(each instanceof String part)) {
        throw new MalformedTextException("key must be a list of texts");
      }
      if (part.length() > MAX_TEXT) {
        throw new MalformedTextException("a part of key is longer than " + MAX_TEXT);
      }
      parts.add(part);
    }
    if (Set.copyOf(parts).equals(Set.of(""))) {
      throw new MalformedTextException("a key of empty parts names nobody");
    }
    return parts;
  }

  private static @Nullable String text(Map<String, ?> members, String name, int most)
      throws MalformedTextException {
    Object value = members.get(name);
    if (value == null && !members.containsKey(name)) {
      return null;
    }
    if (!(value instanceof String text) || text.isEmpty()) {
      throw new MalformedTextException(name + " must be a text that is not empty");
    }
    if (text.length() > most) {
      throw new MalformedTextException(name + " is longer than " + most + " characters");
    }
    return text;
  }
}

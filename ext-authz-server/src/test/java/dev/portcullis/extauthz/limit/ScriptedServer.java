// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.limit;

import dev.portcullis.extauthz.valkey.Script;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/*
 * What the scripts of QuotaScript do, said again in Java, so that thousands of histories take
 * seconds. What a real server does by them, StoredQuotasIT shows. A copy of it is the replica of a
 * store that is behind.
 */
/** A server that counts rates and quotas by our scripts, in this process. */
final class ScriptedServer {
  private static final long MEMORY = 10_000;
  private static final long NEVER = Long.MAX_VALUE;

  private final LongSupplier millis;
  private final Map<String, Value> values = new HashMap<>();

  /**
   * A text, and when it ends.
   *
   * @param until by the clock of the server
   */
  private record Value(String text, long until) {}

  /** A line of a question, and how it stands. */
  private static final class Line {
    private final String key;
    private final boolean charged;
    private final boolean isRate;
    private final long cost;
    private final long wanted;
    private long interval;
    private long room;
    private long delay;
    private long moment;
    private long used;
    private long leased;

    Line(String key, boolean charged, boolean isRate, long cost, long wanted) {
      this.key = key;
      this.charged = charged;
      this.isRate = isRate;
      this.cost = cost;
      this.wanted = wanted;
    }
  }

  private static final class Part {
    private final String id;
    private final boolean dependent;
    private final List<Line> lines = new ArrayList<>();
    private @Nullable String before;

    Part(String id, boolean dependent) {
      this.id = id;
      this.dependent = dependent;
    }

    boolean granted() {
      return lines.stream().allMatch(line -> line.cost <= line.room);
    }

    boolean charges() {
      return lines.stream().anyMatch(line -> line.charged);
    }
  }

  /**
   * Nothing is in it.
   *
   * @param millis its clock, by which it forgets; what it counts by comes with each question
   */
  ScriptedServer(LongSupplier millis) {
    this.millis = millis;
  }

  /** All that is in another one. */
  void copy(ScriptedServer other) {
    values.clear();
    values.putAll(other.values);
  }

  /** Forgets everything. */
  void clear() {
    values.clear();
  }

  /** Forgets what has ended by now; else that is forgotten when somebody looks for it. */
  void purge() {
    values.values().removeIf(value -> value.until <= millis.getAsLong());
  }

  /** What is under a name; null: nothing is, or it has ended. */
  @Nullable String get(String key) {
    Value value = values.get(key);
    if (value != null && value.until <= millis.getAsLong()) {
      values.remove(key);
      return null;
    }
    return value == null ? null : value.text;
  }

  /** The counter of a limit with one client; null: there is none. */
  @Nullable String counter(String limit) {
    for (String key : List.copyOf(values.keySet())) {
      if (key.startsWith("portcullis:limit:") && key.contains("}:" + limit + ":")) {
        return get(key);
      }
    }
    return null;
  }

  private void set(String key, String text, long forMillis) {
    values.put(key, new Value(text, millis.getAsLong() + forMillis));
  }

  private long left(String key) {
    return values.get(key) instanceof Value(_, long until) ? until - millis.getAsLong() : -2;
  }

  /** What the script answers. */
  List<String> run(Script script, List<String> keys, List<String> arguments) {
    if (script.equals(QuotaScript.CHARGE)) {
      return charge(keys, arguments);
    }
    if (script.equals(QuotaScript.REFUND)) {
      refund(keys, arguments);
    } else if (script.equals(QuotaScript.HAND_BACK)) {
      giveBack(
          keys.getFirst(),
          arguments.get(1).equals("r"),
          Long.parseLong(arguments.get(2)),
          arguments.get(3),
          arguments.get(4),
          Long.parseLong(arguments.getFirst()));
    } else {
      throw new AssertionError("nothing here waits for an end, and nobody changes counters");
    }
    return List.of();
  }

  private List<String> charge(List<String> keys, List<String> arguments) {
    long now = Long.parseLong(arguments.getFirst());
    List<Part> parts = new ArrayList<>();
    int k = 0;
    int a = 1;
    while (a < arguments.size()) {
      String size = arguments.get(a++);
      Part part = new Part(keys.get(k++), size.startsWith("d"));
      for (int left = Integer.parseInt(size.replace("d", "")); left > 0; left--) {
        int end = a + (arguments.get(a + 1).equals("r") ? 7 : 8);
        Line line = line(keys.get(k++), arguments.subList(a, end), now);
        if (line == null) {
          return List.of("clock");
        }
        part.lines.add(line);
        a = end;
      }
      part.before = part.charges() ? get(part.id) : null;
      parts.add(part);
    }
    return answer(parts, now);
  }

  private @Nullable Line line(String key, List<String> arguments, long now) {
    long[] numbers = arguments.stream().skip(2).mapToLong(Long::parseLong).toArray();
    Line line =
        new Line(
            key,
            !arguments.getFirst().equals("p"),
            arguments.get(1).equals("r"),
            numbers[0],
            numbers[1]);
    String value = get(key);
    if (line.isRate) {
      long most = now + numbers[2] + numbers[3] + numbers[4];
      long moment = value == null ? 0 : Long.parseLong(value);
      line.interval = numbers[2];
      line.moment = Math.clamp(moment, now, most);
      line.room = (most - line.moment) / line.interval;
      line.delay =
          Math.clamp(
              line.moment + (line.cost - 1) * line.interval - numbers[3] - now, 0, numbers[4]);
      return line;
    }
    if (value != null) {
      line.moment = Long.parseLong(value.substring(0, value.indexOf(':')));
      line.used = Long.parseLong(value.substring(value.indexOf(':') + 1));
    }
    if (line.moment <= now) {
      line.used = 0;
      line.moment =
          Arrays.stream(numbers).skip(3).filter(end -> end > now).findFirst().orElse(NEVER);
      if (line.moment == NEVER) {
        return null;
      }
    }
    line.room = numbers[2] - line.used;
    return line;
  }

  private List<String> answer(List<Part> parts, long now) {
    List<String> out = new ArrayList<>(List.of(Long.toString(now)));
    boolean firstIsRefused = false;
    for (int i = 0; i < parts.size(); i++) {
      Part part = parts.get(i);
      boolean made = part.before == null ? part.granted() : !part.before.startsWith("0");
      if (part.dependent && firstIsRefused) {
        out.add("skipped");
        continue;
      }
      firstIsRefused |= i == 0 && !made;
      if (part.before == null) {
        out.add(made ? "granted" : "refused");
        make(part, made, now);
      } else {
        out.add(made ? "granted again" : "refused again");
        repeat(part, part.before, now);
      }
      for (Line line : part.lines) {
        for (long each : new long[] {line.moment, line.used, line.leased, line.delay}) {
          out.add(Long.toString(each));
        }
      }
    }
    return out;
  }

  private void make(Part part, boolean granted, long now) {
    StringBuilder outcome = new StringBuilder(granted ? "1" : "0");
    long longest = 0;
    for (Line line : part.lines) {
      if (granted && line.charged) {
        line.leased = Math.max(0, Math.min(line.wanted, (line.room - line.cost) / 2));
        long units = line.cost + line.leased;
        if (line.isRate) {
          line.moment += units * line.interval;
        } else {
          line.used += units;
        }
        set(line, now);
        outcome.append(' ').append(line.moment);
        longest = Math.max(longest, line.delay);
      }
    }
    if (longest > 0) {
      outcome.append(" @").append(now + longest);
    }
    if (part.charges()) {
      set(part.id, outcome.toString(), MEMORY);
    }
  }

  private void set(Line line, long now) {
    set(
        line.key,
        line.isRate ? Long.toString(line.moment) : line.moment + ":" + line.used,
        Math.ceilDiv(line.moment - now, 1_000));
  }

  private void repeat(Part part, String before, long now) {
    Line holding = null;
    for (Line line : part.lines) {
      if (line.charged && (holding == null || line.delay > holding.delay)) {
        holding = line;
      }
    }
    part.lines.forEach(line -> line.delay = 0);
    int held = before.indexOf('@');
    if (holding != null && held >= 0) {
      holding.delay = Math.max(0, Long.parseLong(before.substring(held + 1)) - now);
    }
    if (before.startsWith("1")) {
      set(part.id, "2" + before.substring(1), left(part.id));
    }
  }

  private void refund(List<String> keys, List<String> arguments) {
    String id = keys.getFirst();
    String outcome = get(id);
    if (outcome == null || !outcome.startsWith("1")) {
      return;
    }
    String[] moments = outcome.split(" ", -1);
    for (int i = 1; i < keys.size(); i++) {
      giveBack(
          keys.get(i),
          arguments.get(3 * i - 1).equals("r"),
          Long.parseLong(arguments.get(3 * i)),
          arguments.get(3 * i + 1),
          moments[i],
          Long.parseLong(arguments.getFirst()));
    }
    if (arguments.get(1).equals("d")) {
      values.remove(id);
    } else {
      set(id, "0", MEMORY);
    }
  }

  private void giveBack(
      String key, boolean isRate, long units, String interval, String charged, long now) {
    String value = get(key);
    long left = left(key);
    if (value == null || left <= 0 || Long.parseLong(charged) <= now) {
      return;
    }
    if (!isRate) {
      int colon = value.indexOf(':');
      if (value.substring(0, colon).equals(charged)) {
        long used = Long.parseLong(value.substring(colon + 1));
        set(key, charged + ":" + Math.max(0, used - units), left);
      }
      return;
    }
    long micros = units * Long.parseLong(interval);
    if (left - micros / 1_000 > 0) {
      set(key, Long.toString(Long.parseLong(value) - micros), left - micros / 1_000);
    } else {
      values.remove(key);
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.limit;

import dev.portcullis.engine.limit.ChargeId;
import dev.portcullis.engine.limit.CounterKey;
import dev.portcullis.engine.limit.CounterState;
import dev.portcullis.engine.limit.GivenBack;
import dev.portcullis.engine.limit.MeterTerms;
import dev.portcullis.engine.limit.QuotaLine;
import dev.portcullis.engine.limit.QuotaState;
import dev.portcullis.engine.limit.Reservation;
import dev.portcullis.extauthz.valkey.Script;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.function.ToLongFunction;

/*
 * The arithmetic is that of Gcra and CalendarQuota, in microseconds and by the server's clock, so
 * that replicas with clocks of their own agree. The server runs a script as one step: what it reads
 * is still so when it writes, and nothing is written before everything was read, or could fail for
 * want of memory after something was.
 *
 * The counter of a rate is a moment; that of a quota the end of its period and what was charged.
 * Where nothing is held, a period has to be found by the server's clock. The asker gives the ends of
 * three periods, so that its clock may differ by a period.
 *
 * A moment that is further ahead than any charge puts it is of a clock that was set back since, or of
 * a plan that was edited and that another replica still has. Nobody can tell, so it is left as it is:
 * an empty bucket until the clock is there again, or somebody resets it.
 *
 * The outcome of a charge is kept with the moments that its counters had then: nothing is given back
 * to a period in which it was not charged, nor to a bucket that has been full since, which would
 * then hold more than it was ever short of. Of one that is held it is kept until when, behind an @.
 * Nor is anything taken back of a charge that somebody has asked about again: he may go on with it.
 * When one that depended on another is taken back, it is as if it had never been asked about: the
 * request did not come so far, and if it comes again, it may be charged.
 *
 * The counter of what is at once is a sorted set: a member for each unit of each request, by the end
 * of its lease. What a request holds of it, and what is given back to other counters when its
 * response is a success, stands under the name of its charge until the request ends; whoever hears of
 * the end needs to know nothing else.
 *
 * A counter's name tells its policy and its limit to people who look into the store, and hides its
 * client from who only looks: names and addresses that somebody guesses can be tried. The policy is the hash tag: all counters of a policy are on one server of a Cluster.
 */
/** What a store is told to count, and what it answers. */
final class QuotaScript {
  private static final String PREFIX = "portcullis:limit:";
  private static final HexFormat HEX = HexFormat.of();
  private static final int NAME_BYTES = 16;

  /** Milliseconds for which the outcome of a charge is remembered. */
  private static final String MEMORY = "10000";

  private static final String NOW =
      """
      local now = tonumber(ARGV[1])
      if now == 0 then
        local time = redis.call('TIME')
        now = time[1] * 1000000 + time[2]
      end
      local function text(number) return string.format('%.0f', number) end
      """;

  private static final String GIVE_BACK =
      """
      local function give_back(key, kind, units, interval, charged)
        local value, left = redis.call('GET', key), redis.call('PTTL', key)
        if not value or left <= 0 or tonumber(charged) <= now then return end
        if kind == 'r' then
          left = left - math.floor(units * interval / 1000)
          if left > 0 then
            redis.call('SET', key, text(tonumber(value) - units * interval), 'PX', text(left))
          else
            redis.call('DEL', key)
          end
        else
          local moment, used = string.match(value, '^(%d+):(%d+)$')
          if moment == charged then
            redis.call('SET', key, moment .. ':' .. text(math.max(0, used - units)), 'PX', text(left))
          end
        end
      end
      """;

  /** What one request has of a counter of those at once is a member for each unit of its cost. */
  private static final String RELEASE =
      """
      local function release(key, id, cost)
        local members = {}
        for n = 1, cost do members[n] = id .. ':' .. n end
        redis.call('ZREM', key, unpack(members))
      end
      """;

  /** Stands at the start of what was granted, when somebody has asked about it again. */
  private static final String AGAIN = "2";

  private static final String CHARGE_KEY = "portcullis:charge:";
  private static final String RESERVED_KEY = "portcullis:reserved:";
  private static final String LEASE = Long.toString(Reservation.LEASE.toMillis());

  static final Script CHARGE =
      Script.of(
          NOW
              + """
              local function held(key, pattern)
                local value = redis.call('GET', key)
                if not value then return 0, 0 end
                local moment, used = string.match(value, pattern)
                if not moment then error('a counter is damaged') end
                return tonumber(moment), tonumber(used)
              end
              local parts = {}
              local k, a = 1, 2
              while a <= #ARGV do
                local part = {id = KEYS[k], granted = true, dependent = string.sub(ARGV[a], 1, 1) == 'd'}
                local size = tonumber(string.match(ARGV[a], '%d+'))
                k, a = k + 1, a + 1
                for i = 1, size do
                  local line = {key = KEYS[k], charged = ARGV[a] ~= 'p', given = ARGV[a] == 'f',
                    cost = tonumber(ARGV[a + 2]), wanted = tonumber(ARGV[a + 3]), leased = 0, delay = 0}
                  local one, two, three, four =
                    tonumber(ARGV[a + 4]), tonumber(ARGV[a + 5]), tonumber(ARGV[a + 6]), tonumber(ARGV[a + 7])
                  if ARGV[a + 1] == 'r' then
                    local moment = held(line.key, '^(%d+)$')
                    line.interval = one
                    line.moment = math.min(math.max(moment, now), now + one + two + three)
                    line.used = 0
                    line.room = math.floor((now + one + two + three - line.moment) / one)
                    line.delay = math.min(math.max(line.moment + (line.cost - 1) * one - two - now, 0), three)
                    a = a + 7
                  elseif ARGV[a + 1] == 's' then
                    line.slots = two
                    line.moment, line.used = 0, redis.call('ZCOUNT', line.key, '(' .. text(now), '+inf')
                    line.room = one - line.used
                    a = a + 6
                  else
                    local moment, used = held(line.key, '^(%d+):(%d+)$')
                    if moment <= now then
                      used = 0
                      moment = (two > now and two) or (three > now and three) or four
                      if moment <= now then return {'clock'} end
                    end
                    line.moment, line.used = moment, used
                    line.room = one - used
                    a = a + 8
                  end
                  if line.cost > line.room then part.granted = false end
                  part.charges = part.charges or line.charged
                  part[i] = line
                  k = k + 1
                end
                if part.charges then part.before = redis.call('GET', part.id) end
                parts[#parts + 1] = part
              end
              local out, first = {text(now)}, nil
              for _, part in ipairs(parts) do
                local lines = part
                if part.dependent and first == '0' then
                  out[#out + 1], lines = 'skipped', {}
                elseif part.before then
                  out[#out + 1] = string.sub(part.before, 1, 1) ~= '0' and 'granted again' or 'refused again'
                  local held_until, holding = string.match(part.before, '@(%d+)$'), nil
                  for _, line in ipairs(part) do
                    if line.charged and (not holding or line.delay > holding.delay) then holding = line end
                  end
                  for _, line in ipairs(part) do line.delay = 0 end
                  if held_until then holding.delay = math.max(tonumber(held_until) - now, 0) end
                  if string.sub(part.before, 1, 1) == '1' then redis.call('SETRANGE', part.id, 0, 'AGAIN') end
                else
                  local outcome, longest, kept = part.granted and '1' or '0', 0, {}
                  local id = string.match(part.id, '[^:]+$')
                  for _, line in ipairs(part) do
                    if part.granted and line.charged then
                      line.leased = math.max(0, math.min(line.wanted, math.floor((line.room - line.cost) / 2)))
                      local units, value = line.cost + line.leased
                      if line.slots then
                        line.used = line.used + units
                        redis.call('ZREMRANGEBYSCORE', line.key, '-inf', text(now))
                        local members = {}
                        for n = 1, units do
                          members[2 * n - 1], members[2 * n] = text(now + line.slots), id .. ':' .. n
                        end
                        redis.call('ZADD', line.key, unpack(members))
                        redis.call('PEXPIRE', line.key, text(math.ceil(line.slots / 1000)))
                      elseif line.interval then
                        line.moment = line.moment + units * line.interval
                        value = text(line.moment)
                      else
                        line.used = line.used + units
                        value = text(line.moment) .. ':' .. text(line.used)
                      end
                      if value then
                        redis.call('SET', line.key, value, 'PX', text(math.ceil((line.moment - now) / 1000)))
                      end
                      if line.slots or line.given then
                        kept[#kept + 1] = table.concat({
                          line.slots and 's' or line.interval and 'r' or 'q', line.key, text(units),
                          text(line.slots or line.interval or 0), text(line.moment)}, ' ')
                      end
                      outcome = outcome .. ' ' .. text(line.moment)
                      longest = math.max(longest, line.delay)
                    end
                  end
                  if longest > 0 then outcome = outcome .. ' @' .. text(now + longest) end
                  if part.charges then redis.call('SET', part.id, outcome, 'PX', MEMORY) end
                  if #kept > 0 then
                    redis.call('SET', 'RESERVED' .. string.sub(part.id, #'CHARGED' + 1),
                      table.concat(kept, '\\n'), 'PX', LEASE)
                  end
                  out[#out + 1] = part.granted and 'granted' or 'refused'
                end
                first = first or string.sub(part.before or (part.granted and '1' or '0'), 1, 1)
                for _, line in ipairs(lines) do
                  out[#out + 1] = text(line.moment)
                  out[#out + 1] = text(line.used)
                  out[#out + 1] = text(line.leased)
                  out[#out + 1] = text(line.delay)
                end
              end
              return out
              """
                  .replace("AGAIN", AGAIN)
                  .replace("MEMORY", MEMORY)
                  .replace("LEASE", LEASE)
                  .replace("RESERVED", RESERVED_KEY)
                  .replace("CHARGED", CHARGE_KEY));

  static final Script REFUND =
      Script.of(
          NOW
              + GIVE_BACK
              + RELEASE
              + """
              local moments = {}
              local outcome = redis.call('GET', KEYS[1])
              if not outcome or string.sub(outcome, 1, 1) ~= '1' then return {} end
              for moment in string.gmatch(outcome, ' (%d+)') do moments[#moments + 1] = moment end
              for i = 2, #KEYS do
                local a = 3 * i - 3
                if ARGV[a] == 's' then
                  release(KEYS[i], string.match(KEYS[1], '[^:]+$'), tonumber(ARGV[a + 1]))
                else
                  give_back(KEYS[i], ARGV[a], tonumber(ARGV[a + 1]), tonumber(ARGV[a + 2]), moments[i - 1])
                end
              end
              if ARGV[2] == 'd' then
                redis.call('DEL', KEYS[1])
              else
                redis.call('SET', KEYS[1], '0', 'PX', MEMORY)
              end
              redis.call('DEL', 'RESERVED' .. string.sub(KEYS[1], #'CHARGED' + 1))
              return {}
              """
                  .replace("MEMORY", MEMORY)
                  .replace("RESERVED", RESERVED_KEY)
                  .replace("CHARGED", CHARGE_KEY));

  /** A line of what is held for one request: its kind, counter, cost, interval or lease, moment. */
  private static final String EACH_HELD =
      """
      for kind, counter, cost, length, moment in
        string.gmatch(held or '', '(%a) (%S+) (%d+) (%d+) (%d+)') do
      """;

  /** The requests of some charges have ended: what is held for them is given back. */
  static final Script SETTLE =
      Script.of(
          NOW
              + GIVE_BACK
              + RELEASE
              + """
              for _, key in ipairs(KEYS) do
                local held = redis.call('GET', key)
                redis.call('DEL', key)
              """
              + EACH_HELD
              + """
                  if kind == 's' then
                    release(counter, string.match(key, '[^:]+$'), tonumber(cost))
                  elseif ARGV[2] == '1' then
                    give_back(counter, kind, tonumber(cost), tonumber(length), moment)
                  end
                end
              end
              return {}
              """);

  /** The requests of some charges go on: what is held for them is held longer. */
  static final Script RENEW =
      Script.of(
          NOW
              + """
              for _, key in ipairs(KEYS) do
                local held = redis.call('GET', key)
                redis.call('PEXPIRE', key, LEASE)
              """
                  .replace("LEASE", LEASE)
              + EACH_HELD
              + """
                  if kind == 's' then
                    local id = string.match(key, '[^:]+$')
                    for n = 1, tonumber(cost) do
                      local member = id .. ':' .. n
                      -- What was given up may be somebody else's by now.
                      if tonumber(redis.call('ZSCORE', counter, member) or 0) > now then
                        redis.call('ZADD', counter, text(now + tonumber(length)), member)
                      end
                    end
                    redis.call('PEXPIRE', counter, text(math.ceil(tonumber(length) / 1000)))
                  end
                end
              end
              return {}
              """);

  /** Takes back what was leased of one counter and not used. */
  static final Script HAND_BACK =
      Script.of(
          NOW
              + GIVE_BACK
              + """
              give_back(KEYS[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5])
              return {}
              """);

  /** Looks at one counter, forgets it, or takes back some of it: never more than was charged. */
  static final Script CHANGE =
      Script.of(
          NOW
              + """
              local key, action, kind = KEYS[1], ARGV[2], ARGV[3]
              local units, interval, most = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
              if kind == 's' then
                local taken = text(redis.call('ZCOUNT', key, '(' .. text(now), '+inf'))
                return {text(now), '0', taken, '0', taken}
              end
              local value, moment, used = redis.call('GET', key), 0, 0
              if value then
                if kind == 'r' then
                  moment = tonumber(string.match(value, '^(%d+)$') or 'damaged')
                else
                  moment, used = string.match(value, '^(%d+):(%d+)$')
                  moment, used = tonumber(moment or 'damaged'), tonumber(used or 'damaged')
                end
                if not moment then
                  if action ~= 'reset' then error('a counter is damaged') end
                  moment, used = 0, 0
                end
              end
              local after, left = moment, used
              if action == 'reset' then
                redis.call('DEL', key)
                after, left = 0, 0
              elseif action == 'grant' and moment > now then
                if kind == 'r' then
                  after = math.min(moment, now + most) - units * interval
                else
                  left = math.max(0, used - units)
                  value = text(moment) .. ':' .. text(left)
                end
                if after <= now then
                  redis.call('DEL', key)
                  after = 0
                else
                  if kind == 'r' then value = text(after) end
                  redis.call('SET', key, value, 'PX', text(math.ceil((after - now) / 1000)))
                end
              end
              return {text(now), text(moment), text(used), text(after), text(left)}
              """);

  /** All of them. */
  static final List<Script> ALL = List.of(CHARGE, REFUND, SETTLE, RENEW, HAND_BACK, CHANGE);

  private final List<String> keys = new ArrayList<>();
  private final List<String> arguments = new ArrayList<>();
  private final List<Part> parts;

  /**
   * What is counted together in one step.
   *
   * @param lines those that are peeked first
   * @param peeked how many those are
   * @param leased whether more may be charged, to be used later
   * @param dependent whether it is looked at only if the first part is granted
   */
  record Part(ChargeId id, List<QuotaLine> lines, int peeked, boolean leased, boolean dependent) {
    /** The policy, by which a Cluster finds the server. */
    String tag() {
      return QuotaScript.tag(lines.getFirst().key());
    }
  }

  /**
   * How a part stands.
   *
   * @param leased what each of its counters was charged beside what the line costs
   * @param now of the store
   */
  record Result(
      boolean granted,
      List<QuotaState> states,
      List<CounterState> counters,
      List<Long> leased,
      long now) {}

  /**
   * The question about some parts.
   *
   * @param micros 0: the store's clock
   * @param wanted what is to be leased of a line that may be
   */
  QuotaScript(List<Part> parts, long micros, long now, ToLongFunction<QuotaLine> wanted) {
    this.parts = parts;
    arguments.add(Long.toString(micros));
    for (Part part : parts) {
      keys.add(name(part));
      arguments.add((part.dependent() ? "d" : "") + part.lines().size());
      for (int i = 0; i < part.lines().size(); i++) {
        QuotaLine line = part.lines().get(i);
        keys.add(name(line.key()));
        boolean charged = i >= part.peeked();
        arguments.add(charged ? line.givenBack() == GivenBack.ON_SUCCESS ? "f" : "c" : "p");
        add(line, charged && part.leased() ? wanted.applyAsLong(line) : 0, now);
      }
    }
  }

  private void add(QuotaLine line, long wanted, long now) {
    switch (line.meter().terms(now)) {
      case MeterTerms.Rate(long interval, long tolerance, long maxDelay, long _) ->
          add("r", line.cost(), wanted, interval, tolerance, maxDelay);
      case MeterTerms.Slots(long requests, long lease) ->
          add("s", line.cost(), wanted, requests, lease);
      case MeterTerms.Quota(long requests, long previous, long current, long next) ->
          add("q", line.cost(), wanted, requests, previous, current, next);
    }
  }

  private void add(String kind, long... numbers) {
    arguments.add(kind);
    Arrays.stream(numbers).mapToObj(Long::toString).forEach(arguments::add);
  }

  List<String> keys() {
    return keys;
  }

  String[] arguments() {
    return arguments.toArray(new String[0]);
  }

  /** The names of the counters that a refund takes back, and of the charge. */
  static List<String> refundKeys(Part part) {
    List<String> keys = new ArrayList<>();
    keys.add(name(part));
    charged(part).forEach(line -> keys.add(name(line.key())));
    return keys;
  }

  static String[] refundArguments(Part part, long micros, long now) {
    List<String> arguments = new ArrayList<>();
    arguments.add(Long.toString(micros));
    arguments.add(part.dependent() ? "d" : "");
    for (QuotaLine line : charged(part)) {
      String cost = Long.toString(line.cost());
      arguments.addAll(
          switch (line.meter().terms(now)) {
            case MeterTerms.Rate rate -> List.of("r", cost, Long.toString(rate.interval()));
            case MeterTerms.Quota _ -> List.of("q", cost, "");
            case MeterTerms.Slots _ -> List.of("s", cost, "");
          });
    }
    return arguments.toArray(new String[0]);
  }

  /**
   * What is handed back of a lease.
   *
   * @param charged the counter's moment when it was leased
   */
  static String[] handBackArguments(QuotaLine line, long units, long charged, long micros) {
    List<String> terms =
        // A period is over at its counter's moment, and the next one begins.
        switch (line.meter().terms(charged - 1)) {
          case MeterTerms.Rate rate ->
              List.of("r", Long.toString(units), Long.toString(rate.interval()));
          case MeterTerms.Quota _ -> List.of("q", Long.toString(units), "");
          case MeterTerms.Slots _ ->
              throw new IllegalArgumentException("what is at once is not leased ahead");
        };
    List<String> arguments = new ArrayList<>();
    arguments.add(Long.toString(micros));
    arguments.addAll(terms);
    arguments.add(Long.toString(charged / MeterTerms.MICRO));
    return arguments.toArray(new String[0]);
  }

  static String[] changeArguments(QuotaLine line, String action, long units, long micros) {
    List<String> arguments = new ArrayList<>(List.of(Long.toString(micros), action));
    arguments.addAll(
        // Whatever the time: the counter knows the period that it counts.
        switch (line.meter().terms(0)) {
          case MeterTerms.Rate rate ->
              List.of(
                  "r",
                  Long.toString(units),
                  Long.toString(rate.interval()),
                  Long.toString(rate.horizon()));
          case MeterTerms.Quota _ -> List.of("q", Long.toString(units), "0", "0");
          case MeterTerms.Slots _ -> List.of("s", "0", "0", "0");
        });
    return arguments.toArray(new String[0]);
  }

  private static List<QuotaLine> charged(Part part) {
    return part.lines().subList(part.peeked(), part.lines().size());
  }

  /**
   * Reads what the store answered.
   *
   * @throws IllegalArgumentException when it is none of our script's answers
   */
  List<Result> results(List<String> answer) {
    if (answer.equals(List.of("clock"))) {
      throw new IllegalArgumentException(
          "the clocks of this replica and of the shared store are more than a period apart");
    }
    long now = Long.parseLong(answer.getFirst()) * MeterTerms.MICRO;
    List<Result> results = new ArrayList<>(parts.size());
    int at = 1;
    for (Part part : parts) {
      String outcome = answer.get(at++);
      List<QuotaState> states = new ArrayList<>(part.lines().size());
      List<CounterState> counters = new ArrayList<>(part.lines().size());
      List<Long> leased = new ArrayList<>(part.lines().size());
      for (QuotaLine line : outcome.equals("skipped") ? List.<QuotaLine>of() : part.lines()) {
        CounterState counter =
            CounterState.of(
                Long.parseLong(answer.get(at)) * MeterTerms.MICRO,
                Long.parseLong(answer.get(at + 1)));
        counters.add(counter);
        leased.add(Long.parseLong(answer.get(at + 2)));
        long delay = Long.parseLong(answer.get(at + 3)) * MeterTerms.MICRO;
        // What was charged a moment ago is told of when it is held no more, as the process does.
        long then = outcome.equals("granted") ? now + delay : now;
        QuotaState state = line.meter().peek(counter, line.cost(), then);
        states.add(
            outcome.startsWith("granted")
                ? state.made(delay).with(leased.getLast(), line.meter().capacity())
                : state);
        at += 4;
      }
      if (outcome.equals("refused again") && states.stream().allMatch(QuotaState::granted)) {
        states.set(0, states.getFirst().stillRefused());
      }
      results.add(new Result(outcome.startsWith("granted"), states, counters, leased, now));
    }
    return results;
  }

  private static String name(Part part) {
    return CHARGE_KEY + suffix(part.tag(), part.id());
  }

  /** Where it stands what is held for a charge of a policy, if anything is. */
  static String reserved(String policy, ChargeId id) {
    return RESERVED_KEY + suffix(policy, id);
  }

  private static String suffix(String policy, ChargeId id) {
    return '{' + policy + "}:" + id.hex();
  }

  /** The policy that a counter is of: namespace/name. */
  static String tag(CounterKey key) {
    return key.policy();
  }

  /** The name of a counter in the store. */
  static String name(CounterKey key) {
    String tag = tag(key);
    String limit = key.limit().substring(tag.length() + 1);
    MessageDigest digest = sha256();
    for (String text : List.of(limit, key.realm(), key.text())) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      digest.update((bytes.length + ":").getBytes(StandardCharsets.UTF_8));
      digest.update(bytes);
    }
    digest.update(
        (HEX.toHexDigits(key.high()) + HEX.toHexDigits(key.low()))
            .getBytes(StandardCharsets.UTF_8));
    byte[] hash = Arrays.copyOf(digest.digest(), NAME_BYTES);
    return PREFIX
        + '{'
        + tag
        + "}:"
        + limit.substring(0, limit.indexOf('#'))
        + ':'
        + Base64.getUrlEncoder().withoutPadding().encodeToString(hash);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.bot.agent;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Programs that are known by a piece of their User-Agent.
 *
 * <p>Pieces are sorted by their first two characters. A text is walked once; at most places a look
 * into a table of 32 KiB says that no piece begins there. Beyond the list, a name that ends in
 * {@code bot}, {@code crawler}, {@code spider} or {@code scraper} is believed.
 */
final class KnownAgents {
  /** Longer texts are not looked at any further. */
  static final int MAX_LENGTH = 512;

  private static final String RESOURCE = "/dev/portcullis/engine/bot/agents-v1.txt";
  private static final int ASCII = 128;
  private static final String[] ROBOTS = {"bot", "crawler", "spider", "scraper"};

  /** A program; {@code name} is the piece that it is known by. */
  record Agent(AgentKind kind, String name, boolean atStart) {}

  private final short[] buckets = new short[ASCII * ASCII];
  private final List<List<Agent>> byBeginning = new ArrayList<>();

  private KnownAgents() {
    byBeginning.add(List.of());
  }

  /** Reads the list that comes with this class. */
  static KnownAgents load() {
    var known = new KnownAgents();
    try (InputStream in = KnownAgents.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new IllegalStateException("missing in this jar: " + RESOURCE);
      }
      new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .forEach(known::add);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + RESOURCE, e);
    }
    return known;
  }

  private void add(String line) {
    int tab = line.indexOf('\t');
    AgentKind kind = AgentKind.valueOf(line.substring(0, tab).toUpperCase(Locale.ROOT));
    boolean atStart = line.charAt(tab + 1) == '^';
    String name = line.substring(atStart ? tab + 2 : tab + 1);
    int slot = name.charAt(0) * ASCII + name.charAt(1);
    if (buckets[slot] == 0) {
      buckets[slot] = (short) byBeginning.size();
      byBeginning.add(new ArrayList<>());
    }
    byBeginning.get(buckets[slot]).add(new Agent(kind, name, atStart));
  }

  /** The program that the text names; of several, the worst kind. Null: none. */
  @Nullable Agent find(String text) {
    int end = Math.min(text.length(), MAX_LENGTH);
    Agent worst = null;
    for (int i = 0; i + 1 < end; i++) {
      char first = text.charAt(i);
      char second = text.charAt(i + 1);
      if (first < ASCII && second < ASCII && buckets[first * ASCII + second] != 0) {
        worst = worse(worst, text, i, byBeginning.get(buckets[first * ASCII + second]));
      }
    }
    return worst == null && callsItselfRobot(text, end)
        ? new Agent(AgentKind.CRAWLER, "robot", false)
        : worst;
  }

  private static @Nullable Agent worse(
      @Nullable Agent worst, String text, int at, List<Agent> candidates) {
    Agent found = worst;
    for (Agent candidate : candidates) {
      if ((at == 0 || !candidate.atStart)
          && (found == null || candidate.kind.compareTo(found.kind) > 0)
          && text.startsWith(candidate.name, at)) {
        found = candidate;
      }
    }
    return found;
  }

  private static boolean callsItselfRobot(String text, int end) {
    for (String robot : ROBOTS) {
      for (int i = 0; i + robot.length() <= end; i++) {
        int after = i + robot.length();
        if (text.regionMatches(true, i, robot, 0, robot.length())
            && (after == text.length() || !Character.isLetterOrDigit(text.charAt(after)))
            && !text.startsWith("CUBOT", Math.max(0, i - 2))) {
          return true;
        }
      }
    }
    return false;
  }
}

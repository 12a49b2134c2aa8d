// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.preview;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What would become of recorded requests, counted. Not thread-safe. */
public final class PreviewReport {
  /** Callers and examples that are named of each group. */
  private static final int NAMED = 5;

  /** Callers that are counted of each group; of those beyond it is only known that there are. */
  private static final int MAX_CALLERS = 10_000;

  private final SortedMap<Group, Count> groups = new TreeMap<>();
  private final Map<Change, Long> totals = new TreeMap<>();
  private final List<String> remarks = new ArrayList<>();
  private @Nullable Instant first;
  private @Nullable Instant last;

  /** What becomes of a request that was decided before. */
  enum Change {
    REFUSED("would newly be refused", "✗"),
    LIMITED("would newly be limited", "✗"),
    OTHERWISE("would be refused for another reason", "~"),
    SHADOW("would be refused but for mode Shadow", "~"),
    ADMITTED("would newly be let in", "✓"),
    UNKNOWN("cannot be told", "?"),
    SAME("as before", "=");

    private final String words;
    private final String mark;

    Change(String words, String mark) {
      this.words = words;
      this.mark = mark;
    }
  }

  /**
   * Requests that meet the same end.
   *
   * @param by the policy and rule; empty: none
   * @param why the reason, or why it cannot be told
   */
  record Group(Change change, String route, String by, String why) implements Comparable<Group> {
    private static final Comparator<Group> ORDER =
        Comparator.comparing(Group::change)
            .thenComparing(Group::route)
            .thenComparing(Group::by)
            .thenComparing(Group::why);

    @Override
    public int compareTo(Group other) {
      return ORDER.compare(this, other);
    }
  }

  private static final class Count {
    private final Map<String, Long> callers = new TreeMap<>();
    private final Map<String, Long> examples = new TreeMap<>();
    private final List<String> decisions = new ArrayList<>();
    private long requests;
  }

  void same(RecordedDecision decision) {
    seen(decision, Change.SAME);
  }

  void add(Group group, RecordedDecision decision) {
    seen(decision, group.change());
    Count count = groups.computeIfAbsent(group, _ -> new Count());
    count.requests++;
    bump(count.callers, decision.caller());
    bump(count.examples, decision.request().method() + " " + decision.request().rawPath());
    if (count.decisions.size() < NAMED) {
      count.decisions.add(decision.id());
    }
  }

  private static void bump(Map<String, Long> counts, String name) {
    if (counts.containsKey(name) || counts.size() < MAX_CALLERS) {
      counts.merge(name, 1L, Long::sum);
    }
  }

  private void seen(RecordedDecision decision, Change change) {
    totals.merge(change, 1L, Long::sum);
    first = first == null ? decision.time() : first;
    last = decision.time();
  }

  void remark(String text) {
    remarks.add(text);
  }

  /** Whether somebody who was let in would be refused or limited. */
  public boolean refuses() {
    return total(Change.REFUSED) + total(Change.LIMITED) > 0;
  }

  private long total(Change change) {
    return totals.getOrDefault(change, 0L);
  }

  /** For people. */
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    long all = totals.values().stream().mapToLong(Long::longValue).sum();
    lines.add(
        all == 0
            ? "No recorded decision is that young."
            : "%d recorded decision%s, %s to %s".formatted(all, all == 1 ? "" : "s", first, last));
    for (Change change : Change.values()) {
      if (total(change) > 0) {
        lines.add("%s %d %s".formatted(change.mark, total(change), change.words));
        groups.forEach((group, count) -> {
          if (group.change() == change) {
            lines.add(
                "    %d on %s: %s%s"
                    .formatted(
                        count.requests,
                        group.route(),
                        group.why(),
                        group.by().isEmpty() ? "" : " by " + group.by()));
            lines.add("      callers: " + most(count.callers));
            lines.add("      requests: " + most(count.examples));
          }
        });
      }
    }
    remarks.forEach(remark -> lines.add("note: " + remark));
    return lines;
  }

  private static String most(Map<String, Long> counts) {
    List<String> words = new ArrayList<>();
    sorted(counts).forEach(entry -> words.add(entry.getKey() + " (" + entry.getValue() + ")"));
    int more = counts.size() - words.size();
    return String.join(", ", words) + (more > 0 ? " and " + more + " more" : "");
  }

  private static List<Map.Entry<String, Long>> sorted(Map<String, Long> counts) {
    return counts.entrySet().stream()
        .sorted(
            Map.Entry.<String, Long>comparingByValue()
                .reversed()
                .thenComparing(Map.Entry.comparingByKey()))
        .limit(NAMED)
        .toList();
  }

  /** For programs. */
  public ObjectNode json() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    if (first != null && last != null) {
      json.put("from", first.toString()).put("to", last.toString());
    }
    ObjectNode counts = json.putObject("requests");
    for (Change change : Change.values()) {
      counts.put(change.name(), total(change));
    }
    ArrayNode all = json.putArray("groups");
    groups.forEach((group, count) -> {
      ObjectNode each = all.addObject();
      each.put("change", group.change().name()).put("route", group.route());
      if (!group.by().isEmpty()) {
        each.put("by", group.by());
      }
      each.put("why", group.why()).put("requests", count.requests);
      each.put("distinctCallers", count.callers.size());
      named(each.putArray("callers"), count.callers);
      named(each.putArray("examples"), count.examples);
      ArrayNode decisions = each.putArray("decisions");
      count.decisions.forEach(decisions::add);
    });
    ArrayNode notes = json.putArray("notes");
    remarks.forEach(notes::add);
    return json;
  }

  private static void named(ArrayNode array, Map<String, Long> counts) {
    sorted(counts)
        .forEach(entry ->
            array.addObject().put("name", entry.getKey()).put("requests", entry.getValue()));
  }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.status;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.portcullis.cli.terminal.Table;
import dev.portcullis.crds.v1alpha1.PolicyStatus;
import java.util.ArrayList;
import java.util.List;

/**
 * The policies of a cluster, or of one namespace of it, at one moment.
 *
 * @param policies in their order
 * @param unprotected pods of enrolled namespaces without a sidecar, in their order
 * @param unread why not all of them could be looked for; empty: they were
 */
public record ClusterReport(
    List<PolicyState> policies, List<UnprotectedWorkload> unprotected, String unread) {
  private static final int MAX_UNPROTECTED = 50;
  private static final int MAX_MESSAGE = 400;

  public ClusterReport {
    policies = policies.stream().sorted(PolicyState.ORDER).toList();
    unprotected = unprotected.stream().sorted(UnprotectedWorkload.ORDER).toList();
  }

  /** Whether every policy is in force. */
  public boolean allInForce() {
    return policies.stream().allMatch(PolicyState::inForce);
  }

  /** For people: a table with a row for each target, and below it what is missing. */
  public List<String> lines(boolean colours) {
    List<String> lines = new ArrayList<>();
    if (policies.isEmpty()) {
      lines.add("There are no policies.");
    } else {
      policyLines(colours, lines);
    }
    if (!unprotected.isEmpty()) {
      lines.add("");
      lines.add("Requests reach these without a sidecar; restart them so that they get one:");
      unprotected.stream()
          .limit(MAX_UNPROTECTED)
          .forEach(workload -> lines.add("  " + oneLine(workload.toString())));
      if (unprotected.size() > MAX_UNPROTECTED) {
        lines.add("  and " + (unprotected.size() - MAX_UNPROTECTED) + " more");
      }
    }
    if (!unread.isEmpty()) {
      lines.add("");
      lines.add("Whether pods are without a sidecar is not known: " + oneLine(unread));
    }
    return lines;
  }

  private void policyLines(boolean colours, List<String> lines) {
    Table table =
        new Table("POLICY", "TARGET", "MODE", "ACCEPTED", "PROGRAMMED", "ENFORCED", "PROXIES");
    policies.forEach(policy -> rows(policy, table));
    lines.addAll(table.lines(colours));
    long missing = policies.stream().filter(policy -> !policy.inForce()).count();
    lines.add("");
    lines.add(
        policies.size()
            + (policies.size() == 1 ? " policy, " : " policies, ")
            + (missing == 0 ? "all in force" : missing + " not in force:"));
    for (PolicyState policy : policies) {
      policy
          .complaints()
          .forEach(complaint -> lines.add("  " + policy + ": " + oneLine(complaint)));
    }
  }

  private static void rows(PolicyState policy, Table table) {
    if (policy.targets().isEmpty()) {
      table.add(policy.inForce(), cells(policy, "-", "-"));
    }
    for (PolicyStatus.Target target : policy.targets()) {
      table.add(policy.inForce(), cells(policy, name(target), proxies(target)));
    }
  }

  private static String[] cells(PolicyState policy, String target, String proxies) {
    return new String[] {
      policy.toString(),
      target,
      policy.mode() == dev.portcullis.crds.v1alpha1.Mode.SHADOW ? "Shadow" : "Enforce",
      policy.word("Accepted"),
      policy.word("Programmed"),
      policy.word("Enforced"),
      proxies
    };
  }

  private static String name(PolicyStatus.Target target) {
    String name = target.name();
    return target.sectionName() == null ? name : name + ":" + target.sectionName();
  }

  private static String proxies(PolicyStatus.Target target) {
    PolicyStatus.Proxies proxies = target.proxies();
    return proxies == null ? "-" : proxies.ready() + "/" + proxies.total();
  }

  /** Messages of conditions may be long, and whoever may write a policy has a hand in them. */
  private static String oneLine(String message) {
    StringBuilder line = new StringBuilder();
    message
        .codePoints()
        .limit(MAX_MESSAGE)
        .forEach(c -> line.appendCodePoint(Character.isISOControl(c) ? ' ' : c));
    return message.codePointCount(0, message.length()) > MAX_MESSAGE ? line + "…" : line.toString();
  }

  /** For programs. */
  public ObjectNode json() {
    ObjectNode document = JsonNodeFactory.instance.objectNode();
    document.put("inForce", allInForce());
    ArrayNode all = document.putArray("policies");
    policies.forEach(policy -> all.add(json(policy)));
    if (!unread.isEmpty()) {
      document.put("unprotectedUnknown", unread);
      return document;
    }
    ArrayNode bare = document.putArray("unprotected");
    unprotected.forEach(workload ->
        bare.addObject()
            .put("namespace", workload.namespace())
            .put("owner", workload.owner())
            .put("pods", workload.pods()));
    return document;
  }

  private static ObjectNode json(PolicyState policy) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("kind", policy.kind());
    node.put("namespace", policy.namespace());
    node.put("name", policy.name());
    node.put("inForce", policy.inForce());
    node.put("generation", policy.generation());
    node.put("observedGeneration", policy.observed());
    ArrayNode conditions = node.putArray("conditions");
    policy
        .conditions()
        .forEach(condition ->
            conditions
                .addObject()
                .put("type", condition.type())
                .put("status", PolicyState.word(condition.status()))
                .put("reason", condition.reason())
                .put("message", condition.message()));
    ArrayNode targets = node.putArray("targets");
    policy.targets().forEach(target -> target(targets.addObject(), target));
    return node;
  }

  private static void target(ObjectNode node, PolicyStatus.Target target) {
    node.put("name", target.name());
    if (target.sectionName() != null) {
      node.put("sectionName", target.sectionName());
    }
    if (target.planVersion() != null) {
      node.put("planVersion", target.planVersion());
    }
    PolicyStatus.Proxies proxies = target.proxies();
    if (proxies != null) {
      node.putObject("proxies").put("ready", proxies.ready()).put("total", proxies.total());
    }
  }
}

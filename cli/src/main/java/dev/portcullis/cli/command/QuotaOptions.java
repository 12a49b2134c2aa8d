// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.portcullis.cli.CommandException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** Whose counter it is, and what is said of it. */
final class QuotaOptions {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  @ArgGroup(multiplicity = "1")
  private Owner owner = new Owner();

  @Option(
      names = "--plan",
      paramLabel = "PLAN",
      description =
          "The plan by whose allowance units are given back; matters where plans have rates of"
              + " their own.")
  private @Nullable String plan;

  @Mixin private TokenPort port;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      description = "text or json.",
      defaultValue = "text")
  private ReportFormat output;

  /** One of several ways to say it. */
  static final class Owner {
    @Option(
        names = "--client",
        paramLabel = "NAME",
        description = "By auth.client, or by default: who has a client.")
    private @Nullable String client;

    @ArgGroup(exclusive = false)
    private @Nullable Subject subject;

    @Option(
        names = "--address",
        paramLabel = "ADDRESS",
        description = "By source.address, or by default: who has neither client nor subject.")
    private @Nullable String address;

    @Option(
        names = "--key",
        paramLabel = "VALUE",
        description = "By the limit's own key: once for each of its parts, in their order.")
    private @Nullable List<String> key;
  }

  /** Within an issuer. */
  static final class Subject {
    @Option(
        names = "--subject",
        paramLabel = "SUB",
        required = true,
        description = "By default: who has a subject and no client.")
    private String name;

    @Option(
        names = "--issuer",
        paramLabel = "ISSUER",
        description = "The iss of the subject's tokens; none for methods without issuer.")
    private @Nullable String issuer;
  }

  /**
   * Says it to the port, and what the port answers to the user.
   *
   * @param units 0: none
   * @throws CommandException when the port refuses (1) or cannot be reached (3)
   */
  void send(String action, String limit, long units, String reason, CommandSpec spec) {
    ObjectNode order = JSON.createObjectNode();
    order.put("action", action);
    order.put("limit", limit);
    say(order);
    if (plan != null) {
      order.put("plan", plan);
    }
    if (action.equals("grant")) {
      order.put("units", units);
    }
    if (!reason.isEmpty()) {
      order.put("reason", reason);
    }
    JsonNode answer =
        port.ask("POST", "/quotas", order.toString().getBytes(StandardCharsets.UTF_8));
    PrintWriter out = spec.commandLine().getOut();
    switch (output) {
      case JSON -> out.println(answer.toPrettyString());
      case TEXT -> new QuotaText(answer).lines().forEach(out::println);
    }
    out.flush();
    int others = answer.path("replicas").path("others").asInt();
    int reached = answer.path("replicas").path("reached").asInt();
    if (reached < others) {
      spec.commandLine()
          .getErr()
          .println(
              "portcullis: warning: %d of %d other decision services did not answer"
                      .formatted(others - reached, others)
                  + (action.equals("get") ? "" : "; their counters may be as they were"));
    }
  }

  private void say(ObjectNode order) {
    if (owner.client != null) {
      order.put("client", owner.client);
    }
    Subject subject = owner.subject;
    if (subject != null) {
      order.put("subject", subject.name);
      if (subject.issuer != null) {
        order.put("issuer", subject.issuer);
      }
    }
    if (owner.address != null) {
      order.put("address", owner.address);
    }
    if (owner.key != null) {
      ArrayNode parts = order.putArray("key");
      new ArrayList<>(owner.key).forEach(parts::add);
    }
  }
}

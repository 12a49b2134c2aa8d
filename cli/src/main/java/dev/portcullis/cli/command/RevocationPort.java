// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.portcullis.cli.CommandException;
import java.io.PrintWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** What commands that revoke say to the revocation port of a decision service. */
final class RevocationPort {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String PATH = "/revocations";

  @Mixin private TokenPort port;

  @Option(
      names = "--expires",
      paramLabel = "TIME",
      description =
          "When the revocation may be forgotten, which must not be before the credentials end by"
              + " themselves: 12h, 90d, or an RFC 3339 time. Default: the server's.")
  private @Nullable String expires;

  @Option(
      names = "--reason",
      paramLabel = "TEXT",
      description = "For the log of the decision service.")
  private @Nullable String reason;

  @Option(names = "--undo", description = "Let the credentials in again.")
  private boolean undo;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      description = "text or json.",
      defaultValue = "text")
  private ReportFormat output;

  /**
   * Revokes, or with {@code --undo} no longer does, and says what became of it.
   *
   * @param what for people: {@code the session}
   * @param members that name it, as the port wants them
   * @throws CommandException when the port refuses (1) or cannot be reached (3)
   */
  void send(String what, Map<String, String> members, CommandSpec spec) {
    Instant now = Clock.systemUTC().instant();
    if (undo && expires != null) {
      throw CommandException.user("--expires means nothing with --undo");
    }
    JsonNode answer = undo ? withdraw(members) : revoke(members, now);
    if (answer.path("revoked").asBoolean(!undo) == undo) {
      throw CommandException.user(
          undo
              ? what + " is still revoked: the decision service has a later word than this one"
              : what + " is not revoked: the decision service has a later withdrawal; try again");
    }
    PrintWriter out = spec.commandLine().getOut();
    int others = answer.path("replicas").path("others").asInt();
    int reached = answer.path("replicas").path("reached").asInt();
    switch (output) {
      case JSON -> out.println(answer.toPrettyString());
      case TEXT ->
          out.println(
              undo
                  ? what + " holds again; " + has(others, reached)
                  : what
                      + " is revoked until "
                      + answer.path("expires").asText()
                      + "; "
                      + has(others, reached));
    }
    out.flush();
    if (!answer.path("stored").asBoolean(true)) {
      spec.commandLine()
          .getErr()
          .println(
              "portcullis: warning: the shared store does not have it yet; the decision services"
                  + " that know it try again, and their log says why");
    }
    if (reached < others) {
      spec.commandLine()
          .getErr()
          .println(
              "portcullis: warning: %d of %d other decision services did not answer; each asks for"
                      .formatted(others - reached, others)
                  + " it by itself within a second of being back");
    }
  }

  private static String has(int others, int reached) {
    return "%d of %d decision services know it".formatted(reached + 1, others + 1);
  }

  private JsonNode revoke(Map<String, String> members, Instant now) {
    ObjectNode body = JSON.createObjectNode();
    members.forEach(body::put);
    if (expires != null) {
      Instant end = Lifetime.end("--expires", expires, now);
      if (end == null) {
        throw CommandException.user("--expires must be a time; a revocation is not for ever");
      }
      body.put("expires", end.toString());
    }
    if (reason != null) {
      body.put("reason", reason);
    }
    return port.ask("POST", PATH, body.toString().getBytes(StandardCharsets.UTF_8));
  }

  private JsonNode withdraw(Map<String, String> members) {
    List<String> query = new ArrayList<>();
    members.forEach((member, value) -> query.add(member + "=" + encoded(value)));
    if (reason != null) {
      query.add("reason=" + encoded(reason));
    }
    return port.ask("DELETE", PATH + "?" + String.join("&", query), null);
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}

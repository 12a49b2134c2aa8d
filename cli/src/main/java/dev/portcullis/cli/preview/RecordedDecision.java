// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.preview;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.portcullis.engine.authentication.Identity;
import dev.portcullis.engine.request.Headers;
import dev.portcullis.engine.request.Peer;
import dev.portcullis.engine.request.RequestContext;
import dev.portcullis.engine.request.RequestLine;
import dev.portcullis.policy.decision.DenyReason;
import dev.portcullis.policy.match.IpAddress;
import dev.portcullis.policy.match.Principal;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A line of the decision log.
 *
 * @param route under which Envoy asked
 * @param reason why it was refused; null: it was allowed
 * @param phase that decided
 * @param request as far as it is recorded; what is redacted reads {@code [redacted]}
 * @param identity of the caller, without claims; null: nobody asked, or nobody in particular
 * @param redacted names of headers that are there and whose values are not known
 * @param cut whether something of the request was too long to be recorded
 * @param shadowed whether something in shadow mode would have refused it
 */
record RecordedDecision(
    String id,
    String route,
    @Nullable String reason,
    String phase,
    RequestContext request,
    @Nullable Identity identity,
    SortedSet<String> redacted,
    boolean cut,
    boolean shadowed) {
  private static final JsonMapper JSON = new JsonMapper();
  private static final String REDACTED = "[redacted]";
  private static final String CUT = "…";

  /** As many as the log keeps: of a request with that many there may have been more. */
  private static final int MAX_HEADERS = 64;

  /** Whether it was allowed. */
  boolean allowed() {
    return reason == null;
  }

  Instant time() {
    return request.receivedAt();
  }

  /** Whether the caller was refused before anybody asked who it is. */
  boolean refusedBeforeAuthentication() {
    return reason != null && identity == null && !phase.equals("AUTHENTICATION");
  }

  /** Whom to name it by: the client, else the subject, the workload, or the address. */
  String caller() {
    if (identity != null && identity.client() != null) {
      return identity.client();
    }
    if (identity != null && !identity.subject().isEmpty()) {
      return identity.subject();
    }
    Principal principal = request.peer().principal();
    return principal == null ? request.peer().address().toString() : principal.value();
  }

  /** Reads a line; empty: it is something else than a decision, as logs of pods are mixed. */
  static Optional<RecordedDecision> read(String line) {
    if (!line.startsWith("{") || !line.contains("\"decisionId\"")) {
      return Optional.empty();
    }
    try {
      return Optional.of(of(JSON.readTree(line)));
    } catch (IOException | DateTimeException | IllegalArgumentException e) {
      // A line that was cut off by a rotation is no decision either.
      return Optional.empty();
    }
  }

  private static RecordedDecision of(JsonNode tree) {
    String reason = null;
    if (!text(tree, "outcome").equals("allow")) {
      reason = DenyReason.valueOf(text(tree, "reason")).name();
    }
    SortedSet<String> redacted = new TreeSet<>();
    boolean cut = tree.path("headers").size() >= MAX_HEADERS;
    Headers.Builder headers = Headers.builder(tree.path("headers").size());
    for (JsonNode header : tree.path("headers")) {
      String name = header.path(0).asText();
      String value = header.path(1).asText();
      if (value.contains(REDACTED)) {
        redacted.add(name);
      }
      cut |= value.endsWith(CUT) || name.endsWith(CUT);
      headers.add(name, value);
    }
    String target = target(tree);
    cut |= target.contains(CUT);
    String principal = optional(tree, "principal");
    boolean shadowed = false;
    for (JsonNode finding : tree.path("shadow")) {
      shadowed |= finding.has("wouldDeny");
    }
    return new RecordedDecision(
        text(tree, "decisionId"),
        text(tree, "route"),
        reason,
        text(tree, "phase"),
        new RequestContext(
            new RequestLine(
                text(tree, "method"), target, text(tree, "host"), "http", text(tree, "protocol")),
            headers.build(),
            new Peer(
                IpAddress.parse(text(tree, "client")),
                0,
                principal == null ? null : new Principal(principal)),
            text(tree, "requestId"),
            Instant.parse(text(tree, "time"))),
        identity(tree.path("auth")),
        redacted,
        cut,
        shadowed);
  }

  private static String target(JsonNode tree) {
    String query = optional(tree, "query");
    return query == null ? text(tree, "path") : text(tree, "path") + "?" + query;
  }

  private static @Nullable Identity identity(JsonNode auth) {
    if (!auth.isObject()) {
      return null;
    }
    List<String> scopes = new ArrayList<>();
    auth.path("scopes").forEach(scope -> scopes.add(scope.asText()));
    String subject = optional(auth, "subject");
    return new Identity(
        text(auth, "method"),
        auth.path("authenticated").asBoolean(),
        subject == null ? "" : subject,
        optional(auth, "issuer"),
        scopes,
        Map.of(),
        optional(auth, "client"),
        optional(auth, "plan"),
        Identity.NO_END,
        List.of());
  }

  private static String text(JsonNode tree, String field) {
    String value = optional(tree, field);
    if (value == null) {
      throw new IllegalArgumentException("a decision without " + field);
    }
    return value;
  }

  private static @Nullable String optional(JsonNode tree, String field) {
    JsonNode value = tree.path(field);
    return value.isTextual() ? value.textValue() : null;
  }
}

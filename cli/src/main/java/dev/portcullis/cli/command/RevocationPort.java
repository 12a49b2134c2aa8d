// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.portcullis.cli.CommandException;
import dev.portcullis.codec.tls.NamedTls;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.net.ssl.HttpsURLConnection;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** How commands reach the revocation port of a decision service, and what they say there. */
final class RevocationPort {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final int MAX_ANSWER = 1 << 16;
  private static final int PATIENCE_MILLIS = 10_000;

  @Option(
      names = "--server",
      paramLabel = "URL",
      defaultValue = "${env:PORTCULLIS_REVOCATION_SERVER}",
      description =
          "The revocation port of any decision service, such as https://127.0.0.1:9003. Default:"
              + " PORTCULLIS_REVOCATION_SERVER.")
  private @Nullable URI server;

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      defaultValue = "${env:PORTCULLIS_REVOCATION_TOKEN_FILE}",
      description =
          "File with the bearer token of that port. Default: PORTCULLIS_REVOCATION_TOKEN_FILE.")
  private @Nullable Path tokenFile;

  @Option(
      names = "--ca",
      paramLabel = "FILE",
      defaultValue = "${env:PORTCULLIS_REVOCATION_CA}",
      description =
          "PEM file of who signs the port's certificate. Default: PORTCULLIS_REVOCATION_CA, else"
              + " whom Java trusts.")
  private @Nullable Path authorities;

  @Option(
      names = "--tls-server-name",
      paramLabel = "NAME",
      defaultValue = "${env:PORTCULLIS_REVOCATION_TLS_SERVER_NAME}",
      description =
          "What the certificate must be for, when it is reached under another name, as by kubectl"
              + " port-forward. Default: PORTCULLIS_REVOCATION_TLS_SERVER_NAME, else the host of"
              + " --server.")
  private @Nullable String name;

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
    return ask("POST", "", body.toString().getBytes(StandardCharsets.UTF_8));
  }

  private JsonNode withdraw(Map<String, String> members) {
    List<String> query = new ArrayList<>();
    members.forEach((member, value) -> query.add(member + "=" + encoded(value)));
    if (reason != null) {
      query.add("reason=" + encoded(reason));
    }
    return ask("DELETE", "?" + String.join("&", query), null);
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private JsonNode ask(String method, String query, byte @Nullable [] body) {
    URI port = server;
    if (port == null || tokenFile == null) {
      throw CommandException.user(
          "say where the revocation port is and which token opens it: --server and --token-file");
    }
    if (!"https".equals(port.getScheme()) || port.getHost() == null) {
      throw CommandException.user("--server must be https://HOST:PORT, not " + port);
    }
    String token = token(tokenFile);
    try {
      HttpsURLConnection connection =
          (HttpsURLConnection) port.resolve("/revocations" + query).toURL().openConnection();
      connection.setSSLSocketFactory(
          NamedTls.to(name == null ? port.getHost() : name, authorities));
      connection.setConnectTimeout(PATIENCE_MILLIS);
      connection.setReadTimeout(PATIENCE_MILLIS);
      connection.setInstanceFollowRedirects(false);
      connection.setRequestMethod(method);
      connection.setRequestProperty("authorization", "Bearer " + token);
      if (body != null) {
        connection.setDoOutput(true);
        connection.setRequestProperty("content-type", "application/json");
        connection.getOutputStream().write(body);
      }
      return answer(connection);
    } catch (IOException | GeneralSecurityException e) {
      throw CommandException.environment(
          "cannot reach the revocation port at " + port + ": " + e.getMessage());
    }
  }

  private static String token(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      throw CommandException.environment("cannot read the token in " + file);
    }
  }

  private JsonNode answer(HttpsURLConnection connection) throws IOException {
    int status = connection.getResponseCode();
    try (InputStream in =
        status < 400 ? connection.getInputStream() : connection.getErrorStream()) {
      JsonNode answer =
          in == null ? JSON.createObjectNode() : JSON.readTree(in.readNBytes(MAX_ANSWER));
      if (status == 200) {
        return answer;
      }
      String detail = answer.path("detail").asText("status " + status);
      throw status >= 500 && status != 507
          ? CommandException.environment("the revocation port cannot answer now: " + detail)
          : CommandException.user("the revocation port refuses: " + detail);
    } catch (JsonProcessingException e) {
      throw CommandException.environment(
          "at " + server + " there is no revocation port: status " + status);
    }
  }
}

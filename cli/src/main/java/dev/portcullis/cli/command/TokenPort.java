// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.portcullis.cli.CommandException;
import dev.portcullis.codec.tls.NamedTls;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import javax.net.ssl.HttpsURLConnection;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How commands reach the revocation port of a decision service, and bring its token. */
final class TokenPort {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final int MAX_ANSWER = 1 << 20;
  private static final int PATIENCE_MILLIS = 10_000;

  static {
    // Else the JDK sends a POST again when a connection ends early: a grant would be done twice.
    System.setProperty("sun.net.http.retryPost", "false");
  }

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

  /**
   * Asks.
   *
   * @param path and query
   * @param body null: without one
   * @throws CommandException when the port refuses (1) or cannot be reached (3)
   */
  JsonNode ask(String method, String path, byte @Nullable [] body) {
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
          (HttpsURLConnection) port.resolve(path).toURL().openConnection();
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

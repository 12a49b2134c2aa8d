// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.explain;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.portcullis.cli.CommandException;
import dev.portcullis.envoy.HostPort;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;

/** Asks the admin port of one decision service about a decision. */
final class AdminPort {
  private static final Duration LIMIT = Duration.ofSeconds(10);

  /** In bytes; more than a decision service tells of one decision. */
  private static final int MAX_ANSWER = 1 << 20;

  private static final JsonMapper JSON = new JsonMapper();

  private AdminPort() {}

  /**
   * The decision; empty: it is not among the last ones of this service, which may keep none.
   *
   * @param who is asked, for messages
   * @throws IOException when nobody answers
   * @throws CommandException when it answers, but does not tell
   */
  static Optional<JsonNode> find(String id, HostPort admin, String who)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://" + admin + "/decisions/" + id))
            .timeout(LIMIT)
            .build();
    try (HttpClient client = HttpClient.newBuilder().connectTimeout(LIMIT).build()) {
      HttpResponse<InputStream> answer =
          client.send(request, HttpResponse.BodyHandlers.ofInputStream());
      try (InputStream body = answer.body()) {
        byte[] bytes = body.readNBytes(MAX_ANSWER);
        return switch (answer.statusCode()) {
          case 200 -> Optional.of(JSON.readTree(bytes));
          case 404 -> Optional.empty();
          case 403 ->
              throw CommandException.environment(
                  who
                      + " tells of decisions over loopback only: run this command on its machine,"
                      + " or forward the port");
          default ->
              throw CommandException.environment(
                  who + " answers " + answer.statusCode() + ": is it the admin port?");
        };
      }
    }
  }
}

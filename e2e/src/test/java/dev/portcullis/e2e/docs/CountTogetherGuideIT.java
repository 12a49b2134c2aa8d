// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.e2e.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.portcullis.cli.quickstart.SampleApi;
import dev.portcullis.e2e.command.Requests;
import dev.portcullis.e2e.command.RunningCommand;
import dev.portcullis.parts.FreePorts;
import dev.portcullis.parts.RedisServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The three gateways of the guide count together, over a real store, what reaches them through real
 * Envoys; each by the command that the page shows, but for ports.
 */
@Timeout(600)
class CountTogetherGuideIT {
  private static final String NAME = "count-together.yaml";
  private static final int ROUNDS = 5;

  @TempDir Path directory;

  private final List<RunningCommand> gateways = new ArrayList<>();

  @Test
  void nineRequestsToThreeReplicasHaveOneLimit() throws Exception {
    MarkdownPage page =
        MarkdownPage.read(MarkdownPage.HOME.resolve("docs/guide/count-together.md"));
    MarkdownPage.Block policy =
        page.blocks().stream()
            .filter(block -> block.noteOf("saved").equals(NAME))
            .findFirst()
            .orElseThrow();
    Files.writeString(directory.resolve(NAME), policy.text());
    String printed = page.blocks("text").findFirst().orElseThrow().text().strip();
    List<ShownCommand> shown =
        ShownCommand.of(page).stream().filter(command -> command.calls("gateway")).toList();
    assertThat(shown).hasSize(3);
    HttpServer api = SampleApi.start(0);
    try (RedisServer redis = RedisServer.start()) {
      List<Requests> clients = new ArrayList<>();
      for (ShownCommand command : shown) {
        Requests client = new Requests("127.0.0.1", FreePorts.next());
        clients.add(client);
        gateways.add(start(command, client.port(), api.getAddress().getPort(), redis));
      }
      for (int i = 0; i < clients.size(); i++) {
        gateways.get(i).awaitLine(0, "Guarding on http://127.0.0.1:" + clients.get(i).port());
      }
      // A replica that has not reached the store yet would count for itself.
      gateways.getFirst().await("all replicas have signed in", () -> signedIn(redis).equals(":3"));

      // While the programs warm up, the store's answer may come later than they wait for it.
      String seen = "";
      for (int round = 0; round < ROUNDS && !seen.equals(printed); round++) {
        redis.ask("FLUSHALL");
        // For so long a replica remembers whom the store has refused.
        Thread.sleep(1_100);
        seen = nine(clients);
      }
      assertThat(seen).isEqualTo(printed);
    } finally {
      gateways.forEach(RunningCommand::close);
      api.stop(0);
    }
  }

  private static String nine(List<Requests> clients) {
    StringJoiner seen = new StringJoiner(" ");
    for (Requests client : clients) {
      for (int i = 0; i < 3; i++) {
        seen.add(Integer.toString(client.status("GET", "/orders")));
      }
    }
    return seen.toString();
  }

  private RunningCommand start(ShownCommand command, int port, int api, RedisServer redis) {
    Path own = directory.resolve("replica-" + gateways.size());
    return RunningCommand.start(
        own,
        command.fromAnywhere(directory).stream()
            .map(word -> word.startsWith("valkey:") ? redis.url() : word)
            .map(word -> word.startsWith("shop/orders=") ? "shop/orders=127.0.0.1:" + api : word)
            .map(word -> word.matches("127\\.0\\.0\\.1:800\\d") ? "127.0.0.1:" + port : word)
            .toArray(String[]::new));
  }

  private static String signedIn(RedisServer redis) {
    try {
      return redis.ask("ZCARD portcullis:replicas");
    } catch (IOException e) {
      return String.valueOf(e.getMessage());
    }
  }
}

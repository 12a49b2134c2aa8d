// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.e2e.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.net.httpserver.HttpServer;
import dev.portcullis.cli.Main;
import dev.portcullis.cli.quickstart.SampleApi;
import dev.portcullis.parts.FreePorts;
import dev.portcullis.parts.Home;
import dev.portcullis.parts.RedisServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Keys that are nowhere but in a store, tried on one machine. */
@Timeout(600)
final class GatewayStoredKeysIT {
  private static final Pattern KEY = Pattern.compile("pck_(\\w{16})_\\S+");

  @TempDir Path directory;

  @Test
  void aKeyOfTheStoreIsGoodUntilItIsDeletedAndSaysWhenItWasUsed() throws Exception {
    HttpServer api = SampleApi.start(0);
    Requests client = new Requests("127.0.0.1", FreePorts.next());
    try (RedisServer redis = RedisServer.start();
        RunningCommand gateway =
            RunningCommand.start(
                directory,
                "gateway",
                "--policies",
                Home.directory().resolve("examples/gateway/orders.yaml").toString(),
                "--service",
                "shop/orders=127.0.0.1:" + api.getAddress().getPort(),
                "--listen",
                "127.0.0.1:" + client.port(),
                "--valkey",
                redis.url())) {
      gateway.awaitLine(0, "Guarding on http://127.0.0.1:" + client.port());
      String key = issue(redis);
      Matcher parts = KEY.matcher(key);
      assertThat(parts.matches()).isTrue();

      assertThat(client.status("GET", "/orders/7", "x-api-key: " + key)).isEqualTo(200);
      assertThat(client.status("GET", "/orders/7", "x-api-key: " + key + "0")).isEqualTo(401);
      gateway.await("when it was used", () -> listed(redis).path(0).hasNonNull("lastUsed"));
      assertThat(listed(redis).path(0).path("state").asText()).isEqualTo("valid");

      redis.ask("DEL portcullis:key:shop:" + parts.group(1));
      gateway.await("401", () -> client.status("GET", "/orders/7", "x-api-key: " + key) == 401);
    } finally {
      api.stop(0);
    }
  }

  private static String issue(RedisServer redis) throws IOException {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exitCode =
        Main.commandLine()
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err))
            .execute(
                "apikey",
                "create",
                "--client=acme",
                "-n=shop",
                "--label=api=orders",
                "--scope=orders.read",
                "--output=valkey");
    assertThat(exitCode).as(err.toString()).isZero();
    for (String line : out.toString().lines().toList()) {
      assertThat(redis.ask(line)).as(line).startsWith(":");
    }
    Matcher key = KEY.matcher(err.toString());
    assertThat(key.find()).as(err.toString()).isTrue();
    return key.group();
  }

  private static JsonNode listed(RedisServer redis) {
    StringWriter out = new StringWriter();
    int exitCode =
        Main.commandLine()
            .setOut(new PrintWriter(out))
            .execute("apikey", "list", "--valkey", redis.url(), "-o", "json");
    assertThat(exitCode).isZero();
    try {
      return new JsonMapper().readTree(out.toString());
    } catch (IOException e) {
      throw new AssertionError(out.toString(), e);
    }
  }
}

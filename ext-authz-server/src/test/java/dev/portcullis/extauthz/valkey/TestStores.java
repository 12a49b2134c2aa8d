// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.valkey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.portcullis.extauthz.config.ValkeyConfig;
import dev.portcullis.extauthz.stream.TestCa;
import dev.portcullis.parts.RedisServer;
import dev.portcullis.store.ValkeyAddress;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Real servers, in the ways in which people run them, and stores that reach them. */
public final class TestStores implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  /** As docs/guide/share-state-over-valkey.md makes it, {@code ACL SETUSER} aside. */
  private static final String USER =
      "user portcullis on >first-secret ~portcullis:* resetchannels &portcullis:* +@all -@admin"
          + " -@dangerous";

  private final Path directory;
  private final Deque<Closeable> closing = new ArrayDeque<>();

  /** The ways. */
  public enum Topology {
    SERVER,
    /** As a user who may do what the guide says, and no more. */
    SERVER_LOGIN,
    SERVER_TLS,
    SENTINEL,
    /** Two nodes; {@code platform/base} is on the first one, and {@code shop/orders} not. */
    CLUSTER,
    CLUSTER_LOGIN;

    /** Whether keys are on several servers. */
    public boolean isCluster() {
      return this == CLUSTER || this == CLUSTER_LOGIN;
    }
  }

  /**
   * Starts nothing yet.
   *
   * @param directory for certificates and passwords
   */
  public TestStores(Path directory) {
    this.directory = directory;
  }

  private RedisServer redis(String... settings) {
    RedisServer server = RedisServer.start(settings);
    closing.push(server::close);
    return server;
  }

  /** Starts servers; says how they are reached. */
  public ValkeyConfig start(Topology topology) throws Exception {
    return switch (topology) {
      case SERVER -> config(redis().url(), null, null);
      case SERVER_LOGIN -> config(redis(USER).url(), password(), null);
      case SERVER_TLS -> {
        TestCa authority = new TestCa();
        TlsRelay relay =
            new TlsRelay(
                authority.writeCertificate(directory.resolve("tls.crt")),
                authority.writeKey(directory.resolve("tls.key")),
                redis().port());
        closing.push(relay::close);
        yield config(
            "valkeys://127.0.0.1:" + relay.port(),
            null,
            authority.writeAuthority(directory.resolve("ca.crt")));
      }
      case SENTINEL -> {
        RedisServer watching = RedisServer.sentinel("main", redis().port());
        closing.push(watching::close);
        yield config("valkey+sentinel://127.0.0.1:" + watching.port() + "/main", null, null);
      }
      case CLUSTER -> config(address(cluster()), null, null);
      case CLUSTER_LOGIN -> config(address(cluster(USER + " +cluster +info")), password(), null);
    };
  }

  private Path password() throws Exception {
    return Files.writeString(directory.resolve("password"), "first-secret\n");
  }

  private static String address(List<RedisServer> nodes) {
    return "valkey+cluster://127.0.0.1:" + nodes.getFirst().port();
  }

  private static ValkeyConfig config(
      String url, @Nullable Path password, @Nullable Path authorities) {
    return new ValkeyConfig(
        ValkeyAddress.parse(url),
        password == null ? null : "portcullis",
        password,
        authorities,
        false,
        false,
        TIMEOUT);
  }

  /** Opens a store, and waits until it is there. */
  public ValkeyStore open(ValkeyConfig config) {
    ValkeyStore store = new ValkeyStore(config);
    closing.push(store::close);
    store.start();
    await().atMost(PATIENCE).until(store::isOpen);
    return store;
  }

  /** Two servers, each of which has half of the keys. */
  List<RedisServer> cluster(String... settings) throws Exception {
    String[] all =
        Stream.concat(
                Stream.of("cluster-enabled yes", "cluster-config-file nodes.conf"),
                Stream.of(settings))
            .toArray(String[]::new);
    List<RedisServer> nodes = List.of(redis(all), redis(all));
    assign(nodes.getFirst(), 0, 8191);
    assign(nodes.getLast(), 8192, 16383);
    nodes.getFirst().ask("CLUSTER MEET 127.0.0.1 " + nodes.getLast().port());
    for (RedisServer node : nodes) {
      await().atMost(PATIENCE).until(() -> !node.ask("GET a").startsWith("-CLUSTERDOWN"));
    }
    return nodes;
  }

  private static void assign(RedisServer node, int from, int to) throws Exception {
    for (int slot = from; slot <= to; slot += 1024) {
      StringBuilder command = new StringBuilder("CLUSTER ADDSLOTS");
      for (int each = slot; each <= Math.min(to, slot + 1023); each++) {
        command.append(' ').append(each);
      }
      assertThat(node.ask(command.toString())).isEqualTo("+OK");
    }
  }

  @Override
  public void close() throws IOException {
    for (Closeable each : closing) {
      each.close();
    }
  }
}

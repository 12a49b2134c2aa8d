// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.store;

import com.google.common.net.HostAndPort;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.MaintNotificationsConfig;
import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.RedisCredentials;
import io.lettuce.core.RedisCredentialsProvider;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.SslOptions;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.metrics.CommandLatencyRecorder;
import io.lettuce.core.resource.ClientResources;
import io.netty.resolver.DefaultAddressResolverGroup;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Opens sessions with a store. Used by one thread. */
public final class Dialer implements AutoCloseable {
  /** Commands that a connection may hold which are not answered. */
  static final int MAX_UNDER_WAY = 4096;

  /** How long a handshake may take, those of TLS and of the protocol included. */
  private static final Duration HANDSHAKE = Duration.ofSeconds(2);

  private static final Duration TOPOLOGY = Duration.ofSeconds(15);
  private static final int THREADS = 2;
  private static final int MAX_PASSWORD = 4096;

  private final StoreAccess access;
  private final ClientResources resources;
  private final @Nullable RedisClient single;
  private final @Nullable RedisClusterClient cluster;

  /**
   * Opens nothing yet.
   *
   * @param lost told of each connection that breaks
   */
  public Dialer(StoreAccess access, Consumer<Object> lost) {
    this.access = access;
    this.resources =
        ClientResources.builder()
            .ioThreadPoolSize(THREADS)
            .computationThreadPoolSize(THREADS)
            // As everything else in this process looks names up.
            .addressResolverGroup(DefaultAddressResolverGroup.INSTANCE)
            .commandLatencyRecorder(CommandLatencyRecorder.disabled())
            .build();
    if (access.address().kind() == ValkeyAddress.Kind.CLUSTER) {
      single = null;
      cluster =
          RedisClusterClient.create(
              resources, access.address().hosts().stream().map(this::node).toList());
      cluster.setOptions(clusterOptions());
    } else {
      cluster = null;
      single = RedisClient.create(resources);
      single.setOptions(options(false));
      single.addListener(
          new RedisConnectionStateListener() {
            @Override
            public void onRedisDisconnected(RedisChannelHandler<?, ?> connection) {
              lost.accept(connection);
            }
          });
    }
  }

  /*
   * A connection to one server is never mended: it is given up, and with it whatever was not
   * answered, so that no command is sent a second time, minutes later. In a Cluster the connections
   * to its nodes are the library's own to mend; there, too, nothing is sent again, and nothing is
   * kept for a node that is away.
   */
  private ClientOptions options(boolean mended) {
    SslOptions.Builder tls = SslOptions.builder().jdkSslProvider().handshakeTimeout(HANDSHAKE);
    Path authorities = access.authorities();
    if (authorities != null) {
      tls.trustManager(authorities.toFile());
    }
    return ClientOptions.builder()
        .autoReconnect(mended)
        .replayFilter(_ -> true)
        .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
        .requestQueueSize(MAX_UNDER_WAY)
        .maintNotificationsConfig(MaintNotificationsConfig.disabled())
        .socketOptions(SocketOptions.builder().connectTimeout(HANDSHAKE).keepAlive(true).build())
        .sslOptions(tls.build())
        .build();
  }

  private ClusterClientOptions clusterOptions() {
    return ClusterClientOptions.builder(options(true))
        .topologyRefreshOptions(
            ClusterTopologyRefreshOptions.builder().enablePeriodicRefresh(TOPOLOGY).build())
        .build();
  }

  private RedisURI node(HostAndPort host) {
    RedisURI uri = RedisURI.create(host.getHost(), host.getPort());
    uri.setSsl(access.address().tls());
    return withLogin(uri);
  }

  private RedisURI server() {
    ValkeyAddress address = access.address();
    if (address.kind() != ValkeyAddress.Kind.SENTINEL) {
      RedisURI uri = node(address.hosts().getFirst());
      uri.setDatabase(address.database());
      return uri;
    }
    RedisURI uri = new RedisURI();
    List<RedisURI> sentinels = new ArrayList<>();
    for (HostAndPort host : address.hosts()) {
      RedisURI sentinel = RedisURI.create(host.getHost(), host.getPort());
      sentinel.setSsl(address.tls());
      sentinel.setTimeout(HANDSHAKE);
      sentinels.add(sentinel);
    }
    uri.getSentinels().addAll(sentinels);
    uri.setSentinelMasterId(address.primary());
    uri.setSsl(address.tls());
    uri.setDatabase(address.database());
    return withLogin(uri);
  }

  private RedisURI withLogin(RedisURI uri) {
    uri.setTimeout(HANDSHAKE);
    uri.setClientName("portcullis");
    Path file = access.passwordFile();
    if (file != null) {
      uri.setCredentialsProvider(
          RedisCredentialsProvider.from(
              () -> RedisCredentials.just(access.user(), password(file))));
    }
    return uri;
  }

  private static char[] password(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(MAX_PASSWORD + 1);
      String text = new String(bytes, StandardCharsets.UTF_8).strip();
      if (text.isEmpty() || bytes.length > MAX_PASSWORD) {
        throw new IOException(file + " must hold a password of at most " + MAX_PASSWORD + " bytes");
      }
      return text.toCharArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Opens a session; takes seconds at most.
   *
   * @throws RuntimeException when there is nobody, or nobody who lets us in
   */
  public Session open() {
    if (cluster != null) {
      var connection = cluster.connect(StringCodec.UTF8);
      try {
        return new Session(connection, connection.async(), cluster.connectPubSub(StringCodec.UTF8));
      } catch (RuntimeException e) {
        var _ = connection.closeAsync();
        throw e;
      }
    }
    if (single == null) {
      throw new IllegalStateException("neither one server nor a Cluster");
    }
    RedisURI uri = server();
    var connection = single.connect(StringCodec.UTF8, uri);
    try {
      return new Session(
          connection, connection.async(), single.connectPubSub(StringCodec.UTF8, uri));
    } catch (RuntimeException e) {
      var _ = connection.closeAsync();
      throw e;
    }
  }

  @Override
  public void close() {
    if (single != null) {
      single.shutdown(Duration.ZERO, HANDSHAKE);
    }
    if (cluster != null) {
      cluster.shutdown(Duration.ZERO, HANDSHAKE);
    }
    resources.shutdown(0, HANDSHAKE.toMillis(), TimeUnit.MILLISECONDS).awaitUninterruptibly();
  }
}

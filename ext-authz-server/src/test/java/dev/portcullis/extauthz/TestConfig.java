// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz;

import dev.portcullis.extauthz.config.GeoConfig;
import dev.portcullis.extauthz.config.RevocationConfig;
import dev.portcullis.extauthz.config.ServerConfig;
import dev.portcullis.extauthz.config.TlsConfig;
import dev.portcullis.extauthz.config.ValkeyConfig;
import dev.portcullis.extauthz.plan.PlanSource;
import dev.portcullis.extauthz.server.GrpcLimits;
import dev.portcullis.store.ValkeyAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a server of a test is told, where the test does not say otherwise. */
final class TestConfig {
  static final InetSocketAddress ANY_PORT =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  private final Path plan;
  private InetSocketAddress listen = ANY_PORT;
  private @Nullable Path state;
  private @Nullable Path issuers;
  private String log = "none";
  private Duration drain = Duration.ZERO;
  private int loops = 1;
  private int streams = 100;
  private int maxWaiting = 64;
  private boolean nativeCrypto;
  private @Nullable RevocationConfig revocation;
  private @Nullable ValkeyConfig valkey;
  private int explained = 100;
  private final Map<String, Path> addressLists = new HashMap<>();

  private TestConfig(Path plan) {
    this.plan = plan;
  }

  /** Decides by the plan of a directory, on free ports, without TLS and log. */
  static TestConfig of(Path plan) {
    return new TestConfig(plan);
  }

  TestConfig listen(InetSocketAddress address) {
    listen = address;
    return this;
  }

  TestConfig state(Path directory) {
    state = directory;
    return this;
  }

  /** Who vouches for issuers. */
  TestConfig issuers(Path authorities) {
    issuers = authorities;
    return this;
  }

  TestConfig log(String where) {
    log = where;
    return this;
  }

  TestConfig drain(Duration time) {
    drain = time;
    return this;
  }

  TestConfig loops(int count) {
    loops = count;
    return this;
  }

  /** Checks under way on one connection. */
  TestConfig streams(int most) {
    streams = most;
    return this;
  }

  TestConfig maxWaiting(int most) {
    maxWaiting = most;
    return this;
  }

  TestConfig nativeCrypto() {
    nativeCrypto = true;
    return this;
  }

  TestConfig revocation(RevocationConfig config) {
    revocation = config;
    return this;
  }

  /** Shares what is shared over the server at this address, which asks for no password. */
  TestConfig valkey(String url) {
    return valkey(url, false);
  }

  /** The same; without the server no proof of possession may be believed. */
  TestConfig valkey(String url, boolean proofsNeedIt) {
    valkey =
        new ValkeyConfig(
            ValkeyAddress.parse(url), null, null, null, proofsNeedIt, true, Duration.ofSeconds(3));
    return this;
  }

  /** Last decisions that are kept. */
  TestConfig explained(int count) {
    explained = count;
    return this;
  }

  TestConfig addressList(String name, Path file) {
    addressLists.put(name, file);
    return this;
  }

  ServerConfig make() {
    return new ServerConfig(
        listen,
        ANY_PORT,
        new PlanSource.Directory(plan),
        state,
        issuers,
        TlsConfig.OFF,
        log,
        64,
        drain,
        new GrpcLimits(loops, streams, 4 << 20),
        maxWaiting,
        1 << 20,
        GeoConfig.NONE,
        Map.copyOf(addressLists),
        nativeCrypto,
        revocation,
        valkey,
        100,
        10,
        explained);
  }
}

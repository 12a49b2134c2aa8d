// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.limit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.engine.limit.ChargeId;
import dev.portcullis.engine.limit.Meter;
import dev.portcullis.engine.limit.QuotaLine;
import dev.portcullis.engine.limit.QuotaState;
import dev.portcullis.engine.limit.Reservation;
import dev.portcullis.engine.port.SharedQuotas.Answer;
import dev.portcullis.engine.port.SharedQuotas.Charge;
import dev.portcullis.extauthz.valkey.StoreException;
import dev.portcullis.extauthz.valkey.TestStores;
import dev.portcullis.extauthz.valkey.TestStores.Topology;
import dev.portcullis.policy.plan.Allowance;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The store that replicas share, in all the ways in which people run one. */
@Timeout(120)
final class StoredLimitStoresIT {

  /** Real servers that are asked about each request, from the first test to the last. */
  @TestInstance(Lifecycle.PER_CLASS)
  abstract static class Exact extends Servers implements ExactLimitStoreKit {
    Exact(Topology topology) {
      super(topology, false);
    }
  }

  @Nested
  final class OneServer extends Exact {
    OneServer() {
      super(Topology.SERVER);
    }
  }

  @Nested
  final class WithLogin extends Exact {
    WithLogin() {
      super(Topology.SERVER_LOGIN);
    }
  }

  @Nested
  final class OverTls extends Exact {
    OverTls() {
      super(Topology.SERVER_TLS);
    }
  }

  @Nested
  final class ThroughSentinel extends Exact {
    ThroughSentinel() {
      super(Topology.SENTINEL);
    }
  }

  @Nested
  final class Cluster extends Exact {
    Cluster() {
      super(Topology.CLUSTER);
    }
  }

  @Nested
  final class ClusterWithLogin extends Exact {
    ClusterWithLogin() {
      super(Topology.CLUSTER_LOGIN);
    }
  }

  /** What was leased is spent without asking. */
  @Nested
  @TestInstance(Lifecycle.PER_CLASS)
  final class Leased extends Servers implements LimitStoreKit {
    Leased() {
      super(Topology.SERVER, true);
    }
  }

  /** The servers of a class, and what is asked of them. */
  abstract static class Servers implements LimitStoreKit.LimitStore {
    private final Topology topology;
    private final boolean leased;
    private final AtomicLong clock = new AtomicLong();

    /** Goes on as the clock does, and never back, as it is set between tests. */
    private final AtomicLong elapsed = new AtomicLong();

    private TestStores servers;
    private StoredQuotas quotas;

    Servers(Topology topology, boolean leased) {
      this.topology = topology;
      this.leased = leased;
    }

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
      servers = new TestStores(directory);
      quotas =
          new StoredQuotas(
              servers.open(servers.start(topology)),
              topology.isCluster(),
              () -> 1,
              () -> clock.get() / 1000,
              elapsed::get);
    }

    @AfterAll
    void stop() throws Exception {
      quotas.close();
      servers.close();
    }

    public LimitStoreKit.LimitStore store() {
      return this;
    }

    private StoredQuotas at(long now) {
      elapsed.addAndGet(Math.max(0, now - clock.getAndSet(now)));
      return quotas;
    }

    @Override
    public List<QuotaState> charge(ChargeId id, List<QuotaLine> lines, long now) {
      List<Charge> charges = List.of(new Charge(id, List.of(), lines, leased));
      Answer answer = at(now).spend(charges);
      if (answer == null) {
        answer = quotas.charge(charges, now);
      }
      assertThat(answer).isInstanceOf(Answer.Counted.class);
      return ((Answer.Counted) answer).standings().getFirst().charged();
    }

    private static Reservation reservation(ChargeId id, List<QuotaLine> lines) {
      return new Reservation(id, new Charge(id, List.of(), lines, false).policies());
    }

    @Override
    public void settle(ChargeId id, List<QuotaLine> lines, boolean successful, long now) {
      at(now).settle(reservation(id, lines), successful, now);
    }

    @Override
    public void renew(ChargeId id, List<QuotaLine> lines, long now) {
      at(now).renew(reservation(id, lines), now);
    }

    @Override
    public QuotaState look(QuotaLine line, long now) {
      try {
        return line.meter().peek(at(now).look(line).after(), 1, now);
      } catch (StoreException e) {
        throw new AssertionError(e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError(e);
      }
    }

    @Override
    public Meter meter(Allowance allowance, @Nullable Duration maxDelay) throws Exception {
      return SharedMeter.of(allowance, maxDelay);
    }
  }
}

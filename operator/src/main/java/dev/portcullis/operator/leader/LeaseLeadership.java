// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.leader;

import dev.portcullis.operator.Leadership;
import dev.portcullis.operator.leader.Candidacy.Step;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseSpec;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.HttpURLConnection;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Leads while it holds a Lease. It runs for it again and again until it is closed, whatever
 * happens; nothing else waits for that. Closing gives the lease up, so that another takes it at its
 * next look.
 */
public final class LeaseLeadership implements Leadership, AutoCloseable {
  /** The name of the Lease. */
  public static final String LEASE = "portcullis-operator";

  private static final Logger LOG = LoggerFactory.getLogger(LeaseLeadership.class);
  private static final Duration STOPS_WITHIN = Duration.ofSeconds(2);

  private final KubernetesClient client;
  private final String namespace;
  private final String name;
  private final LeaseTimes times;
  private final Clock clock;
  private final Candidacy candidacy;
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private final Thread thread;
  private volatile boolean closed;
  private boolean led;
  private String holder = "";
  private String trouble = "";

  /**
   * Does nothing before {@link #campaign}.
   *
   * @param client whose requests end within {@link LeaseTimes#retry} or little more
   * @param namespace of the Lease
   * @param name of this operator, which no other has
   */
  public LeaseLeadership(
      KubernetesClient client,
      String namespace,
      String name,
      LeaseTimes times,
      Clock clock,
      MeterRegistry metrics) {
    this.client = client;
    this.namespace = namespace;
    this.name = name;
    this.times = times;
    this.clock = clock;
    this.candidacy = new Candidacy(name, times, System::nanoTime, clock::millis);
    this.thread = Thread.ofPlatform().name("leader-election").daemon().unstarted(this::run);
    metrics.gauge("portcullis.leader", this, leadership -> leadership.leads() ? 1 : 0);
  }

  /**
   * Has somebody told of every term that begins from now on: others may have written since the last
   * one.
   *
   * @param listener must return at once and throw nothing
   */
  public void listen(Runnable listener) {
    listeners.add(listener);
  }

  /** Begins to run for the lease; once, when this operator is able to lead. Returns at once. */
  public void campaign() {
    thread.start();
  }

  @Override
  public boolean leads() {
    return !closed && candidacy.certain();
  }

  private void run() {
    while (!closed) {
      boolean begins = false;
      try {
        begins = attempt();
        settled("");
      } catch (KubernetesClientException e) {
        if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
          settled(String.valueOf(e.getMessage()));
        }
      } catch (RuntimeException e) {
        // Whatever it was: a thread that ends would never lead again.
        settled(String.valueOf(e));
      }
      tell(begins);
      try {
        Thread.sleep(times.retry());
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  /** Returns whether a term began. */
  private boolean attempt() {
    Lease lease = read();
    if (lease == null || lease.getSpec() == null) {
      Runnable written = candidacy.writing();
      Lease first = lease(ours(null, 0));
      if (lease == null) {
        client.resource(first).create();
      } else {
        update(lease, first.getSpec());
      }
      holder = name;
      return begins(written);
    }
    LeaseSpec spec = lease.getSpec();
    Step step = candidacy.read(spec);
    follow(step, spec.getHolderIdentity());
    if (step == Step.WAIT) {
      return false;
    }
    int before = transitions(spec);
    Runnable written = candidacy.writing();
    update(lease, step == Step.TAKE ? ours(null, before + 1) : ours(spec.getAcquireTime(), before));
    return begins(written);
  }

  /** It was not certain any more, so that others may have written: this is another term. */
  private boolean begins(Runnable written) {
    boolean lapsed = !candidacy.certain();
    written.run();
    return lapsed;
  }

  private void follow(Step step, @Nullable String now) {
    String next = step == Step.WAIT && now != null ? now : name;
    if (step == Step.WAIT && !next.equals(holder)) {
      LOG.atInfo().addKeyValue("leader", next).log("another operator leads");
    }
    holder = next;
  }

  private @Nullable Lease read() {
    return client.leases().inNamespace(namespace).withName(LEASE).get();
  }

  /** Carries the version that was read: who read an older one is refused. */
  private void update(Lease read, LeaseSpec next) {
    client.resource(new LeaseBuilder(read).withSpec(next).build()).update();
  }

  private LeaseSpec ours(@Nullable ZonedDateTime since, int transitions) {
    ZonedDateTime now = clock.instant().truncatedTo(ChronoUnit.MICROS).atZone(ZoneOffset.UTC);
    LeaseSpec spec = new LeaseSpec();
    spec.setHolderIdentity(name);
    spec.setLeaseDurationSeconds((int) times.lease().toSeconds());
    spec.setAcquireTime(since == null ? now : since);
    spec.setRenewTime(now);
    spec.setLeaseTransitions(transitions);
    return spec;
  }

  private Lease lease(LeaseSpec spec) {
    return new LeaseBuilder()
        .withNewMetadata()
        .withNamespace(namespace)
        .withName(LEASE)
        .addToLabels("app.kubernetes.io/part-of", "portcullis")
        .endMetadata()
        .withSpec(spec)
        .build();
  }

  private void tell(boolean begins) {
    boolean leads = leads();
    if (led && (begins || !leads)) {
      LOG.atWarn().addKeyValue("name", name).log("leads no longer");
    }
    if (leads && (begins || !led)) {
      LOG.atInfo().addKeyValue("name", name).log("leads");
      listeners.forEach(Runnable::run);
    }
    led = leads;
  }

  /** The same trouble is told once. */
  private void settled(String now) {
    if (!closed && !now.isEmpty() && !now.equals(trouble)) {
      LOG.atWarn().addKeyValue("error", now).log("cannot read or write the lease; tries again");
    }
    trouble = now;
  }

  /** Leads no more from now on, and gives the lease up unless the API server does not answer. */
  @Override
  public void close() {
    closed = true;
    candidacy.resign();
    if (thread.getState() == Thread.State.NEW) {
      return;
    }
    thread.interrupt();
    try {
      thread.join(STOPS_WITHIN);
      release();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (KubernetesClientException e) {
      LOG.atWarn()
          .setCause(e)
          .log("cannot give the lease up; another operator leads when it has run out");
    }
  }

  private void release() {
    Lease lease = read();
    if (lease == null
        || lease.getSpec() == null
        || !name.equals(lease.getSpec().getHolderIdentity())) {
      return;
    }
    LeaseSpec free = ours(lease.getSpec().getAcquireTime(), transitions(lease.getSpec()));
    free.setHolderIdentity(null);
    free.setLeaseDurationSeconds(1);
    update(lease, free);
    LOG.atInfo().addKeyValue("name", name).log("gave the lease up");
  }

  private static int transitions(LeaseSpec spec) {
    return spec.getLeaseTransitions() == null ? 0 : spec.getLeaseTransitions();
  }
}

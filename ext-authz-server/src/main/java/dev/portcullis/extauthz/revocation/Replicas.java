// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.revocation;

import com.google.common.net.HostAndPort;
import dev.portcullis.engine.authentication.json.MalformedTextException;
import dev.portcullis.engine.revocation.Revocation;
import dev.portcullis.engine.revocation.RevocationSet;
import dev.portcullis.extauthz.log.LogKeys;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * Two ways, because each alone has a hole. Telling is at once and says to whoever revokes how far
 * it got, but misses a replica that cannot be reached or is not in DNS yet. Asking misses nothing
 * that some replica has, but only as often as it asks. A set of revocations with the times at which
 * they were said can be merged in any order (see Revocation), so neither needs to know of the
 * other, and no replica is the first among them.
 */
/**
 * The other replicas: tells them what this one was told, and asks each of them every second what
 * changed. Thread-safe.
 */
final class Replicas implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Replicas.class);
  private static final Duration INTERVAL = Duration.ofSeconds(1);
  private static final Duration TELLING = Duration.ofMillis(800);

  /** More than anybody runs behind one name. */
  private static final int MAX_ADDRESSES = 64;

  private final String id;
  private final List<ReplicaClient> clients;
  private final RevocationSet set;
  private final InstantSource clock;
  private final Map<Address, Other> others = new ConcurrentHashMap<>();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final ScheduledExecutorService looker =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("replicas").factory());
  private final CountDownLatch caughtUp = new CountDownLatch(1);
  private final Resolver resolver;

  /** Those whose names had no address when they were last looked for; at first all. */
  private volatile Set<ReplicaClient> unresolved;

  /** Says at which addresses a name is. */
  @FunctionalInterface
  interface Resolver {
    InetAddress[] addresses(String name) throws UnknownHostException;
  }

  private record Address(ReplicaClient client, InetAddress address) {}

  /** What is known of one of them; asked by one thread at a time. */
  private static final class Other {
    private final AtomicBoolean asking = new AtomicBoolean();
    private volatile boolean self;
    private volatile boolean current;
    private volatile boolean failed;
    private volatile @Nullable String replica;
    private volatile long last;
  }

  /**
   * How far a word got.
   *
   * @param others how many there are that DNS knows of, or knew, and one for each name that it does
   *     not know now
   * @param reached how many of them took it
   */
  record Told(int others, int reached) {
    static final Told NOBODY = new Told(0, 0);
  }

  /**
   * Begins to ask.
   *
   * @param id of this replica, by which it knows itself among the addresses
   */
  Replicas(String id, List<ReplicaClient> clients, RevocationSet set, InstantSource clock) {
    this(id, clients, set, clock, InetAddress::getAllByName);
  }

  Replicas(
      String id,
      List<ReplicaClient> clients,
      RevocationSet set,
      InstantSource clock,
      Resolver resolver) {
    this.id = id;
    this.clients = List.copyOf(clients);
    this.resolver = resolver;
    this.unresolved = Set.copyOf(clients);
    this.set = set;
    this.clock = clock;
    if (clients.isEmpty()) {
      caughtUp.countDown();
    } else {
      var _ =
          looker.scheduleWithFixedDelay(this::look, 0, INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  /**
   * Waits until all that the others know is known here.
   *
   * @return false when some did not say in time
   */
  boolean awaitCaughtUp(Duration patience) throws InterruptedException {
    return caughtUp.await(patience.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Others that did not answer when they were last asked, and names without an address. */
  long unreachable() {
    return unresolved.size()
        + others.values().stream().filter(other -> other.failed && !other.self).count();
  }

  private void look() {
    try {
      Map<Address, Other> found = new HashMap<>();
      Set<ReplicaClient> missing = new HashSet<>();
      for (ReplicaClient client : clients) {
        if (!resolve(client, found)) {
          missing.add(client);
        }
      }
      // That DNS fails does not say that they are gone.
      others.keySet().removeIf(each -> !found.containsKey(each) && !missing.contains(each.client));
      unresolved = Set.copyOf(missing);
      found.forEach(others::putIfAbsent);
      others.forEach((address, other) -> {
        if (other.asking.compareAndSet(false, true)) {
          threads.execute(() -> ask(address, other));
        }
      });
      if (missing.isEmpty()
          && others.values().stream().allMatch(other -> other.current || other.self)) {
        caughtUp.countDown();
      }
    } catch (RuntimeException e) {
      // Else nobody would ever be asked again.
      LOG.atError().setCause(e).log("other replicas cannot be looked for");
    }
  }

  private boolean resolve(ReplicaClient client, Map<Address, Other> found) {
    try {
      InetAddress[] addresses = resolver.addresses(client.name().getHost());
      for (int i = 0; i < Math.min(addresses.length, MAX_ADDRESSES); i++) {
        found.put(new Address(client, addresses[i]), new Other());
      }
      return true;
    } catch (UnknownHostException e) {
      // As long as no replica is ready the name has no address; that is not worth a word.
      if (!unresolved.contains(client)) {
        LOG.atWarn()
            .addKeyValue(LogKeys.NAME, client.name())
            .log("the name of other replicas has no address any more; those of before are kept");
      }
      return false;
    }
  }

  private void ask(Address address, Other other) {
    try {
      boolean more = true;
      while (more && !other.self) {
        RevocationJson.Message message =
            RevocationJson.read(address.client.changes(address.address, other.last));
        if (message.replica().equals(id)) {
          other.self = true;
        } else if (!message.replica().equals(other.replica)) {
          // It was started anew and counts anew; what it said now may lack its beginning.
          more = other.last != 0 || message.more();
          other.replica = message.replica();
          take(message);
          other.last = other.last == 0 ? message.last() : 0;
        } else {
          take(message);
          other.last = message.last();
          more = message.more();
        }
      }
      if (other.failed) {
        LOG.atInfo()
            .addKeyValue(LogKeys.PEER, address.address)
            .log("another replica answers again about revocations");
      }
      other.failed = false;
      other.current = true;
    } catch (IOException | MalformedTextException e) {
      if (!other.failed) {
        LOG.atWarn()
            .addKeyValue(LogKeys.PEER, address.address)
            .addKeyValue(LogKeys.CAUSE, e.getMessage())
            .log("another replica does not answer about revocations");
      }
      other.failed = true;
    } finally {
      other.asking.set(false);
    }
  }

  private void take(RevocationJson.Message message) {
    if (!ReplicaEndpoint.take(message, set, clock.instant())) {
      LOG.error("there is no room for the revocations of another replica");
    }
  }

  /** Tells all others; returns when all have it, or after 800 ms. */
  Told tell(List<Revocation> revocations) {
    List<Map.Entry<Address, Other>> known =
        others.entrySet().stream().filter(each -> !each.getValue().self).toList();
    int nameless = unresolved.size();
    if (known.isEmpty()) {
      return new Told(nameless, 0);
    }
    byte[] message = RevocationJson.write(id, new RevocationSet.Changes(0, false, revocations));
    List<Callable<Boolean>> calls = new ArrayList<>(known.size());
    for (Map.Entry<Address, Other> each : known) {
      calls.add(() -> tell(each.getKey(), message));
    }
    int reached = 0;
    try {
      for (Future<Boolean> each :
          threads.invokeAll(calls, TELLING.toMillis(), TimeUnit.MILLISECONDS)) {
        reached += took(each) ? 1 : 0;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return new Told(known.size() + nameless, reached);
  }

  /**
   * What others answered.
   *
   * @param others how many there are, as in {@link Told}
   * @param answers by address
   */
  record Asked(int others, Map<String, byte[]> answers) {}

  /**
   * Asks all others that are known not to be this one; returns when all have answered, or after 800
   * ms. Who is asked to change something may have done it though there is no answer.
   */
  Asked ask(String path, byte[] message) {
    List<Map.Entry<Address, Other>> known =
        others.entrySet().stream().filter(each -> !each.getValue().self).toList();
    // Until it has said who it is, it may be this one; and one may have several addresses.
    Map<String, Address> replicas = new TreeMap<>();
    int unknown = 0;
    for (Map.Entry<Address, Other> each : known) {
      String replica = each.getValue().replica;
      if (each.getValue().current && replica != null) {
        replicas.putIfAbsent(replica, each.getKey());
      } else {
        unknown++;
      }
    }
    int number = replicas.size() + unknown + unresolved.size();
    List<Address> asked = List.copyOf(replicas.values());
    Map<String, byte[]> answers = new TreeMap<>();
    if (asked.isEmpty()) {
      return new Asked(number, answers);
    }
    List<Callable<byte @Nullable []>> calls = new ArrayList<>(asked.size());
    for (Address each : asked) {
      calls.add(() -> ask(each, path, message));
    }
    try {
      List<Future<byte @Nullable []>> futures =
          threads.invokeAll(calls, TELLING.toMillis(), TimeUnit.MILLISECONDS);
      for (int i = 0; i < asked.size(); i++) {
        byte[] answer =
            futures.get(i).state() == Future.State.SUCCESS ? futures.get(i).resultNow() : null;
        if (answer != null) {
          Address from = asked.get(i);
          answers.put(
              HostAndPort.fromParts(from.address.getHostAddress(), from.client.name().getPort())
                  .toString(),
              answer);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return new Asked(number, answers);
  }

  private static byte @Nullable [] ask(Address address, String path, byte[] message) {
    try {
      return address.client.ask(address.address, path, message);
    } catch (IOException e) {
      LOG.atWarn()
          .addKeyValue(LogKeys.PEER, address.address)
          .addKeyValue(LogKeys.CAUSE, e.getMessage())
          .log("another replica does not answer about a quota");
      return null;
    }
  }

  private static boolean tell(Address address, byte[] message) {
    try {
      address.client.tell(address.address, message);
      return true;
    } catch (IOException e) {
      LOG.atWarn()
          .addKeyValue(LogKeys.PEER, address.address)
          .addKeyValue(LogKeys.CAUSE, e.getMessage())
          .log("another replica was not told of a revocation; it will ask");
      return false;
    }
  }

  private static boolean took(Future<Boolean> call) throws InterruptedException {
    try {
      return call.get();
    } catch (CancellationException late) {
      return false;
    } catch (ExecutionException e) {
      throw new IllegalStateException("another replica cannot be told", e);
    }
  }

  @Override
  public void close() {
    looker.shutdownNow();
    threads.shutdownNow();
  }
}

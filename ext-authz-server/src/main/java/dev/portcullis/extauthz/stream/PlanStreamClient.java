// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.stream;

import dev.portcullis.codec.observation.Observations;
import dev.portcullis.extauthz.identity.WorkloadIdentity;
import dev.portcullis.extauthz.log.LogKeys;
import dev.portcullis.extauthz.stream.PlanConversation.Reads;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a plan stream open: connects, and when the stream ends for whatever reason, connects again
 * after a while. Never gives up.
 */
public final class PlanStreamClient implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PlanStreamClient.class);

  private static final Duration FAREWELL = Duration.ofMillis(500);

  /** So often the operator is told what is new. */
  private static final Duration TELLS = Duration.ofSeconds(5);

  private final OperatorAddress operator;
  private final Node node;
  private final PlanReceiver receiver;
  private final @Nullable WorkloadIdentity identity;
  private final Observer observer;
  private final ScheduledExecutorService planThread;
  private final Backoff backoff;
  private @Nullable ManagedChannel channel;
  private @Nullable PlanConversation conversation;
  private int conversations;
  private boolean identityFirst;
  private int failures;
  private boolean closed;

  /**
   * Prepares; {@link #start} connects.
   *
   * @param nodeId under which the operator knows this replica
   * @param identity filled with the replica's own certificate; null: it needs none
   * @param observer asked what the operator should know of this replica
   * @param planThread a single thread, the one that calls the receiver
   */
  public PlanStreamClient(
      OperatorAddress operator,
      String nodeId,
      PlanReceiver receiver,
      @Nullable WorkloadIdentity identity,
      Observer observer,
      ScheduledExecutorService planThread,
      Backoff backoff) {
    this.operator = operator;
    this.node =
        Node.newBuilder()
            .setId(nodeId)
            .setCluster("portcullis-ext-authz")
            .setUserAgentName("portcullis-ext-authz-server")
            .build();
    this.receiver = receiver;
    this.identity = identity;
    this.observer = observer;
    this.planThread = planThread;
    this.backoff = backoff;
  }

  /** Connects, now and after every end. Returns at once. */
  public void start() {
    planThread.execute(this::connect);
    long millis = TELLS.toMillis();
    var _ = planThread.scheduleWithFixedDelay(this::tell, millis, millis, TimeUnit.MILLISECONDS);
  }

  /** Nothing escapes, so that it is called again. */
  private void tell() {
    try {
      if (channel == null || conversation == null) {
        return;
      }
      Observations news = observer.news();
      if (news != null && conversation.tell(news)) {
        observer.told(news);
      }
    } catch (RuntimeException e) {
      LOG.atWarn().setCause(e).log("the operator cannot be told what this replica saw");
    }
  }

  private void connect() {
    if (closed) {
      return;
    }
    try {
      boolean proves = identity != null && identity.ready() && !identityFirst;
      ManagedChannel opened =
          operator.open(identity != null && proves ? identity.keyManager() : null, planThread);
      channel = opened;
      int number = ++conversations;
      Reads reads = identity == null || proves ? Reads.ALL : Reads.IDENTITY;
      // A certificate that the operator does not take is replaced first.
      identityFirst = proves;
      PlanConversation begun =
          new PlanConversation(
              node,
              receiver,
              identity == null ? null : new IdentityResources(identity),
              reads,
              ending -> ended(number, ending));
      AggregatedDiscoveryServiceGrpc.newStub(opened)
          .withCallCredentials(new BearerToken(operator.token()))
          .deltaAggregatedResources(begun);
      conversation = begun;
      observer.begin();
      begun.subscribe();
    } catch (IOException | RuntimeException e) {
      // The authority's file may be in the middle of a rotation.
      drop();
      receiver.connected(false);
      retry(e);
    }
  }

  private void ended(int number, PlanConversation.Ending ending) {
    if (number != conversations || channel == null) {
      // Another conversation has begun since, or this one was ended by us.
      return;
    }
    drop();
    receiver.connected(false);
    if (ending.answered()) {
      failures = 0;
      identityFirst = false;
    }
    if (ending.identified()) {
      // This replica can prove who it is now, so it reads the rest.
      connect();
    } else if (!closed) {
      retry(ending.cause());
    }
  }

  private void drop() {
    if (channel != null) {
      channel.shutdownNow();
      channel = null;
    }
  }

  private void retry(Throwable cause) {
    failures++;
    Duration wait = backoff.after(failures, ThreadLocalRandom.current());
    LOG.atWarn()
        .addKeyValue(LogKeys.OPERATOR, operator.address())
        .addKeyValue(LogKeys.CAUSE, describe(cause))
        .addKeyValue(LogKeys.RETRY_MILLIS, wait.toMillis())
        .log("no plan stream; decisions go on with the plan at hand");
    var _ = planThread.schedule(this::connect, wait.toMillis(), TimeUnit.MILLISECONDS);
  }

  private static String describe(Throwable cause) {
    Throwable root = cause;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    String code = Status.fromThrowable(cause).getCode().name();
    String text = root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
    return code.equals("UNKNOWN") ? text : code + ": " + text;
  }

  /**
   * Ends the stream for good, and says so: waits at most {@link #FAREWELL} until that is sent.
   * Called on the plan thread, when nothing is decided any more.
   */
  @Override
  public void close() {
    closed = true;
    ManagedChannel last = channel;
    if (last != null && conversation != null) {
      conversation.leave();
      last.shutdown();
      try {
        var _ = last.awaitTermination(FAREWELL.toMillis(), TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    drop();
  }
}

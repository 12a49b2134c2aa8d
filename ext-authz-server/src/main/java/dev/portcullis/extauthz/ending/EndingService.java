// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.ending;

import dev.portcullis.extauthz.identity.Caller;
import io.envoyproxy.envoy.data.accesslog.v3.HTTPAccessLogEntry;
import io.envoyproxy.envoy.service.accesslog.v3.AccessLogServiceGrpc;
import io.envoyproxy.envoy.service.accesslog.v3.StreamAccessLogsMessage;
import io.envoyproxy.envoy.service.accesslog.v3.StreamAccessLogsResponse;
import io.grpc.BindableService;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * The access log and not ext_proc, which would be asked about each request, delay each response and
 * fail it when nobody answers. A stream of the log delays nothing. What it loses is what somebody
 * would lose anyway who dies: then a charge is kept, or its lease ends. See ADR 46.
 */
/**
 * The access log of Envoys, of which they write only what carries tickets or a mark: each request
 * when it ends, and while it goes on, every few seconds. One stream per thread of an Envoy.
 */
public final class EndingService implements BindableService, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EndingService.class);

  /**
   * A stream ends before its connection is cut off, which Envoy would take for a fault of this
   * process: well within the grace of connections that are old.
   */
  private static final Duration AGE = Duration.ofMinutes(4);

  /** So that not all open anew at once. */
  private static final Duration JITTER = Duration.ofMinutes(1);

  private final Endings endings;
  private final Set<Stream> streams = ConcurrentHashMap.newKeySet();
  private final ScheduledThreadPoolExecutor timer =
      new ScheduledThreadPoolExecutor(1, Thread.ofPlatform().daemon().name("endings").factory());
  private volatile boolean closed;

  /** Tells what it hears. */
  public EndingService(Endings endings) {
    this.endings = endings;
    // Else a stream that broke would be held until it had grown old.
    timer.setRemoveOnCancelPolicy(true);
  }

  @Override
  public ServerServiceDefinition bindService() {
    return ServerServiceDefinition.builder(AccessLogServiceGrpc.SERVICE_NAME)
        .addMethod(AccessLogServiceGrpc.getStreamAccessLogsMethod(), this::start)
        .build();
  }

  private ServerCall.Listener<StreamAccessLogsMessage> start(
      ServerCall<StreamAccessLogsMessage, StreamAccessLogsResponse> call, Metadata headers) {
    Caller known = call.getAttributes().get(Caller.KEY);
    Caller caller = known == null ? Caller.NOBODY : known;
    return ServerCalls.<StreamAccessLogsMessage, StreamAccessLogsResponse>asyncClientStreamingCall(
            reply -> open(caller, reply))
        .startCall(call, headers);
  }

  private Stream open(Caller caller, StreamObserver<StreamAccessLogsResponse> reply) {
    Stream stream = new Stream(caller, reply);
    streams.add(stream);
    if (closed) {
      stream.end();
    } else {
      stream.endLater(AGE.plusMillis(ThreadLocalRandom.current().nextLong(JITTER.toMillis())));
    }
    return stream;
  }

  /** Ends all streams, so that Envoys tell somebody else from now on. */
  @Override
  public void close() {
    closed = true;
    timer.shutdownNow();
    streams.forEach(Stream::end);
  }

  private final class Stream implements StreamObserver<StreamAccessLogsMessage> {
    private final Caller caller;
    private final StreamObserver<StreamAccessLogsResponse> reply;
    private volatile @Nullable Future<?> ending;

    Stream(Caller caller, StreamObserver<StreamAccessLogsResponse> reply) {
      this.caller = caller;
      this.reply = reply;
    }

    @Override
    public void onNext(StreamAccessLogsMessage message) {
      for (HTTPAccessLogEntry entry : message.getHttpLogs().getLogEntryList()) {
        try {
          endings.hear(caller, entry);
        } catch (RuntimeException e) {
          // The next ones may be read; without this, their charges would be kept too.
          LOG.atError().setCause(e).log("the end of a request was not understood");
        }
      }
    }

    @Override
    public void onError(Throwable failure) {
      // Envoy went away, or its connection broke; it opens another stream.
      forget();
      streams.remove(this);
    }

    @Override
    public void onCompleted() {
      end();
    }

    private void endLater(Duration after) {
      try {
        ending = timer.schedule(this::end, after.toMillis(), TimeUnit.MILLISECONDS);
      } catch (RejectedExecutionException _) {
        // Closed since: whoever closed ends it, or it ends here.
        end();
      }
    }

    /** Once: the set knows whether it was. */
    private void end() {
      forget();
      if (streams.remove(this)) {
        try {
          reply.onNext(StreamAccessLogsResponse.getDefaultInstance());
          reply.onCompleted();
        } catch (RuntimeException e) {
          // It broke at this moment; the others are to be ended too.
          LOG.atDebug().setCause(e).log("a stream of ends is gone");
        }
      }
    }

    private void forget() {
      Future<?> planned = ending;
      if (planned != null) {
        planned.cancel(false);
      }
    }
  }
}

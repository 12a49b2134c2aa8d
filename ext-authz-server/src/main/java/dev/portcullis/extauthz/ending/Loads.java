// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.ending;

import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import dev.portcullis.engine.Engine;
import dev.portcullis.engine.overload.LoadMark;
import dev.portcullis.engine.overload.LoadReport;
import dev.portcullis.policy.decision.CheckNames;
import io.envoyproxy.envoy.data.accesslog.v3.AccessLogCommon;
import io.envoyproxy.envoy.data.accesslog.v3.AccessLogType;
import io.envoyproxy.envoy.data.accesslog.v3.HTTPAccessLogEntry;
import io.envoyproxy.envoy.data.accesslog.v3.HTTPResponseProperties;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/*
 * What a client can do to the time of its own request is left out: it is measured from when the
 * service had all of the request until its answer began, so who sends or reads slowly takes no time.
 * A request of which the service has not had everything yet tells nothing.
 *
 * Each answer is told of when it has begun, and as a rule once, however long it goes on: a stream
 * that was slow to begin an hour ago says nothing about now. What goes on without an answer is told
 * of again and again, for that is how a service is that hangs.
 *
 * Envoy sets the duration of an entry only when the request is over (requestComplete in
 * source/extensions/access_loggers/grpc/grpc_access_log_utils.cc). Before, there is the start by its
 * clock. So where two clocks differ, a request that hangs seems older or younger by the difference;
 * of requests that are over little depends on it.
 *
 * Behind a gateway stands a sidecar. It says in a header of the answer that it refused the request,
 * or for how long it held it; until there is one, it may hold the request, or wait for its own
 * decision, and that is no fault of the service.
 */
/** Tells the engine how requests fared of which it wanted to hear. Thread-safe. */
public final class Loads {
  /** The field of the decision's metadata that holds the mark: PLANS.CLASS.CLIENT. */
  public static final String FIELD = "load";

  /**
   * Those by which a server says that it cannot. 501 or 505 is an answer to the client's question,
   * which clients may have as often as they like.
   */
  private static final Set<Integer> FAILURES = Set.of(500, 502, 503, 504);

  /**
   * UNAVAILABLE. UNKNOWN is what errors of an application become, INTERNAL what a client gets that
   * sends no protobuf, and DEADLINE_EXCEEDED one that sets a short deadline.
   */
  private static final String GRPC_FAILURE = "14";

  /** Envoy tells of what goes on so often. */
  private static final long INTERVAL = TimeUnit.SECONDS.toNanos(5);

  /** By so much its timer may be late, and its clock differ from ours. */
  private static final long TOLERANCE = TimeUnit.SECONDS.toNanos(1);

  private static final long MILLI = 1_000_000;
  private static final int LONGEST_MARK = "65535.255.65535".length();

  private final Engine engine;
  private final LongAdder heard = new LongAdder();

  /** Tells this engine. */
  public Loads(Engine engine) {
    this.engine = engine;
  }

  /** Requests of which was heard how they fare, those that go on included. */
  public long heard() {
    return heard.sum();
  }

  /** The text of a mark. */
  public static String write(LoadMark mark) {
    return mark.plans() + "." + mark.priority() + "." + mark.client();
  }

  /** Reads it again; null: it is none of ours. */
  static @Nullable LoadMark read(String text) {
    int first = text.indexOf('.');
    int second = text.indexOf('.', first + 1);
    if (text.length() > LONGEST_MARK || first < 0 || second < 0) {
      return null;
    }
    try {
      return new LoadMark(
          Integer.parseInt(text.substring(0, first)),
          Integer.parseInt(text.substring(first + 1, second)),
          Integer.parseInt(text.substring(second + 1)));
    } catch (IllegalArgumentException _) {
      return null;
    }
  }

  /**
   * Hears of a request, which may go on.
   *
   * @param gateway whether a gateway tells, behind which stands a sidecar
   * @param now in nanoseconds since 1970
   * @return whether the mark could be read
   */
  boolean hear(boolean gateway, String route, String text, HTTPAccessLogEntry entry, long now) {
    LoadMark mark = read(text);
    if (mark == null) {
      return false;
    }
    heard.increment();
    LoadReport report = report(gateway, mark, entry, now);
    if (report != null) {
      engine.hear(route, report, now);
    }
    return true;
  }

  /** Null: it tells nothing of the service, or was told before. */
  private static @Nullable LoadReport report(
      boolean gateway, LoadMark mark, HTTPAccessLogEntry entry, long now) {
    HTTPResponseProperties response = entry.getResponse();
    long held = held(response.getResponseHeadersOrDefault(CheckNames.ACTED_HEADER, ""));
    if (held < 0) {
      return null;
    }
    AccessLogCommon common = entry.getCommonProperties();
    boolean over = common.getAccessLogType() != AccessLogType.DownstreamPeriodic;
    long lasted = lasted(common, now);
    boolean began = common.hasTimeToFirstUpstreamRxByte();
    if (began && wasTold(over, lasted, nanos(common.getTimeToFirstUpstreamRxByte()))) {
      return null;
    }
    boolean failed = (over || began) && failed(response);
    // What Envoy answers itself, such as that a body is too long, says nothing good of the service.
    return new LoadReport(
        mark,
        began || failed,
        failed,
        took(common, lasted) - held,
        begunAt(common, now - lasted),
        gateway && !began);
  }

  /**
   * For how many nanoseconds a sidecar held the request, by its header; negative: the answer is not
   * the service's.
   */
  private static long held(String acted) {
    if (acted.isEmpty()) {
      return 0;
    }
    if (!acted.startsWith(CheckNames.ACTED_HELD)) {
      return -1;
    }
    try {
      return Integer.parseInt(acted.substring(CheckNames.ACTED_HELD.length())) * MILLI;
    } catch (NumberFormatException _) {
      return -1;
    }
  }

  /**
   * Whether what goes on was told of when the answer had begun. Envoy's timer begins with the
   * request.
   */
  private static boolean wasTold(boolean over, long lasted, long began) {
    return over
        ? lasted >= INTERVAL && began <= lasted / INTERVAL * INTERVAL
        : lasted - began > INTERVAL + TOLERANCE;
  }

  /**
   * When it began: by Envoy's clock if that agrees with ours, since this may be heard of late.
   *
   * @param ours by our clock
   */
  private static long begunAt(AccessLogCommon common, long ours) {
    long theirs = common.hasStartTime() ? nanos(common.getStartTime()) : ours;
    return Math.abs(theirs - ours) <= TOLERANCE ? theirs : ours;
  }

  private static boolean failed(HTTPResponseProperties response) {
    return FAILURES.contains(response.getResponseCode().getValue())
        || GRPC_FAILURE.equals(Endings.grpcStatus(response));
  }

  private static long lasted(AccessLogCommon common, long now) {
    if (common.hasDuration()) {
      return nanos(common.getDuration());
    }
    return common.hasStartTime() ? Math.max(0, now - nanos(common.getStartTime())) : 0;
  }

  private static long took(AccessLogCommon common, long lasted) {
    if (!common.hasTimeToLastUpstreamTxByte()) {
      // It answered before it had everything, or has not had everything yet.
      return -1;
    }
    long until =
        common.hasTimeToFirstUpstreamRxByte()
            ? nanos(common.getTimeToFirstUpstreamRxByte())
            : lasted;
    return Math.max(0, until - nanos(common.getTimeToLastUpstreamTxByte()));
  }

  private static long nanos(Duration duration) {
    return duration.getSeconds() * 1_000_000_000L + duration.getNanos();
  }

  private static long nanos(Timestamp time) {
    return time.getSeconds() * 1_000_000_000L + time.getNanos();
  }
}

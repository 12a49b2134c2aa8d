// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.ending;

import com.google.protobuf.Duration;
import dev.portcullis.engine.Engine;
import dev.portcullis.engine.overload.LoadMark;
import dev.portcullis.engine.overload.LoadReport;
import io.envoyproxy.envoy.data.accesslog.v3.AccessLogCommon;
import io.envoyproxy.envoy.data.accesslog.v3.AccessLogType;
import io.envoyproxy.envoy.data.accesslog.v3.HTTPAccessLogEntry;
import io.envoyproxy.envoy.data.accesslog.v3.HTTPResponseProperties;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/*
 * What a client can do to the time of its own request is left out: it is measured from when the
 * service had all of the request until its answer began, so who sends or reads slowly takes no time.
 * A request of which the service has not had everything yet tells nothing.
 */
/** Tells the engine how requests fared of which it wanted to hear. Thread-safe. */
public final class Loads {
  /** The field of the decision's metadata that holds the mark: CLASS.CLIENT. */
  public static final String FIELD = "load";

  private static final int FIRST_FAILURE = 500;

  /** UNKNOWN, DEADLINE_EXCEEDED, INTERNAL, UNAVAILABLE, DATA_LOSS: what HTTP says by 5xx. */
  private static final Set<String> GRPC_FAILURES = Set.of("2", "4", "13", "14", "15");

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
    return mark.priority() + "." + mark.client();
  }

  /** Reads it again; null: it is none of ours. */
  static @Nullable LoadMark read(String text) {
    int dot = text.indexOf('.');
    try {
      return text.length() > 7 || dot < 0
          ? null
          : new LoadMark(
              Integer.parseInt(text.substring(0, dot)), Integer.parseInt(text.substring(dot + 1)));
    } catch (IllegalArgumentException _) {
      return null;
    }
  }

  /**
   * Hears of a request, which may go on.
   *
   * @param now in nanoseconds since 1970
   * @return whether the mark could be read
   */
  boolean hear(String route, String text, HTTPAccessLogEntry entry, long now) {
    LoadMark mark = read(text);
    if (mark == null) {
      return false;
    }
    heard.increment();
    AccessLogCommon common = entry.getCommonProperties();
    boolean over = common.getAccessLogType() != AccessLogType.DownstreamPeriodic;
    int code = entry.getResponse().getResponseCode().getValue();
    boolean answered = over ? code != 0 : common.hasTimeToFirstUpstreamRxByte();
    engine.hear(
        route,
        new LoadReport(
            mark,
            answered,
            over && failed(code, entry.getResponse()),
            took(common),
            now - nanos(common.getDuration())),
        now);
    return true;
  }

  private static boolean failed(int code, HTTPResponseProperties response) {
    return code >= FIRST_FAILURE || GRPC_FAILURES.contains(Endings.grpcStatus(response));
  }

  private static long took(AccessLogCommon common) {
    if (!common.hasTimeToLastUpstreamTxByte()) {
      // It answered before it had everything, or has not had everything yet.
      return -1;
    }
    long had = nanos(common.getTimeToLastUpstreamTxByte());
    Duration until =
        common.hasTimeToFirstUpstreamRxByte()
            ? common.getTimeToFirstUpstreamRxByte()
            : common.getDuration();
    return Math.max(0, nanos(until) - had);
  }

  private static long nanos(Duration duration) {
    return duration.getSeconds() * 1_000_000_000L + duration.getNanos();
  }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.ending;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.portcullis.engine.limit.Reservation;
import dev.portcullis.engine.port.QuotaStores;
import dev.portcullis.engine.request.EpochNanos;
import dev.portcullis.extauthz.ending.Tickets.Ticket;
import dev.portcullis.extauthz.identity.Caller;
import io.envoyproxy.envoy.data.accesslog.v3.AccessLogCommon;
import io.envoyproxy.envoy.data.accesslog.v3.AccessLogType;
import io.envoyproxy.envoy.data.accesslog.v3.HTTPAccessLogEntry;
import io.envoyproxy.envoy.data.accesslog.v3.HTTPResponseProperties;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/**
 * Gives back what requests were charged until they ended, and passes on how they fared. Does no
 * I/O: a shared store is told, and nobody waits. Thread-safe.
 *
 * <p>A request succeeded when it has a response of a status below 400, and for gRPC the status 0,
 * said in a trailer or a header. One that has none, because somebody went away, did not.
 */
public final class Endings {
  private static final String NAMESPACE = "envoy.filters.http.ext_authz";
  private static final String ROUTE = "route";
  private static final String GRPC_STATUS = "grpc-status";
  private static final String CONTENT_TYPE = "content-type";
  private static final String GRPC = "application/grpc";
  private static final int FIRST_FAILURE = 400;

  private final Tickets tickets;
  private final QuotaStores stores;
  private final Loads loads;
  private final InstantSource clock;
  private final LongAdder heard = new LongAdder();
  private final LongAdder elsewhere = new LongAdder();
  private final LongAdder unreadable = new LongAdder();

  /** Gives back to these stores, and passes on how requests fared. */
  public Endings(Tickets tickets, QuotaStores stores, Loads loads, InstantSource clock) {
    this.tickets = tickets;
    this.stores = stores;
    this.loads = loads;
    this.clock = clock;
  }

  /** Requests of whose end was heard. */
  public long heard() {
    return heard.sum();
  }

  /** Charges that another process made alone, which was not told. */
  public long elsewhere() {
    return elsewhere.sum();
  }

  /** What was told and could not be read, or not by who told it. */
  public long unreadable() {
    return unreadable.sum();
  }

  /**
   * Hears of a request.
   *
   * @param caller who tells; he may tell of his own routes
   */
  void hear(Caller caller, HTTPAccessLogEntry entry) {
    AccessLogCommon common = entry.getCommonProperties();
    Struct decision = common.getMetadata().getFilterMetadataMap().get(NAMESPACE);
    Value route = decision == null ? null : decision.getFieldsMap().get(ROUTE);
    if (decision == null || route == null || !caller.mayAskAbout(route.getStringValue())) {
      unreadable.increment();
      return;
    }
    long now = now();
    Value load = decision.getFieldsMap().get(Loads.FIELD);
    Value text = decision.getFieldsMap().get(Tickets.FIELD);
    if (text != null) {
      settle(text.getStringValue(), entry, now);
    }
    boolean known =
        load == null
            ? text != null
            : loads.hear(
                caller.isGateway(), route.getStringValue(), load.getStringValue(), entry, now);
    if (!known) {
      unreadable.increment();
    }
  }

  private void settle(String text, HTTPAccessLogEntry entry, long now) {
    AccessLogCommon common = entry.getCommonProperties();
    List<Ticket> told = tickets.read(text);
    if (told == null) {
      unreadable.increment();
      return;
    }
    boolean over = common.getAccessLogType() != AccessLogType.DownstreamPeriodic;
    if (over) {
      heard.increment();
    }
    boolean successful = over && succeeded(entry.getResponse());
    for (Ticket ticket : told) {
      if (ticket.elsewhere()) {
        elsewhere.increment();
      } else if (over) {
        settle(ticket.charge(), successful, now);
      } else {
        renew(ticket.charge(), now);
      }
    }
  }

  /**
   * Hears of a request that ended before Envoy knew its tickets: it did not reach anybody. What is
   * given back after a success is kept, since clients choose when to go.
   */
  public void unanswered(List<Reservation> charges) {
    long now = now();
    for (Reservation charge : charges) {
      settle(charge, false, now);
    }
  }

  private long now() {
    return EpochNanos.of(clock.instant());
  }

  private static boolean succeeded(HTTPResponseProperties response) {
    int code = response.getResponseCode().getValue();
    if (code == 0 || code >= FIRST_FAILURE) {
      return false;
    }
    String status = grpcStatus(response);
    // A stream that was cut off has no status, and gRPC-Web has it where nobody looks.
    return response.getResponseHeadersOrDefault(CONTENT_TYPE, "").startsWith(GRPC)
        ? status.equals("0")
        : status.isEmpty() || status.equals("0");
  }

  /** Said in a trailer or a header; empty: it is not said. */
  static String grpcStatus(HTTPResponseProperties response) {
    return response.getResponseTrailersOrDefault(
        GRPC_STATUS, response.getResponseHeadersOrDefault(GRPC_STATUS, ""));
  }

  private void settle(Reservation charge, boolean successful, long now) {
    if (charge.policies().isEmpty()) {
      var _ = stores.own().settle(charge.id(), successful, now);
    } else {
      stores.shared().settle(charge, successful, now);
    }
  }

  private void renew(Reservation charge, long now) {
    if (charge.policies().isEmpty()) {
      stores.own().renew(charge.id(), now);
    } else {
      stores.shared().renew(charge, now);
    }
  }
}

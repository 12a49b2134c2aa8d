// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.revocation;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.portcullis.engine.authentication.json.MalformedTextException;
import dev.portcullis.engine.authentication.json.StrictJson;
import dev.portcullis.extauthz.log.LogKeys;
import dev.portcullis.extauthz.quota.CounterReport;
import dev.portcullis.extauthz.quota.QuotaDesk;
import dev.portcullis.extauthz.quota.QuotaOrder;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * A counter of the shared store is changed once, by whoever is asked. Those of replicas that count
 * for themselves are changed by each of them, and each says how its own stands: a sum would tell of
 * an allowance that nobody has.
 *
 * Each writes to its log what it changed and who asked it: for the others that is a replica.
 */
/** {@code /quotas} for people and programs, and {@code /replica/quotas} for the other replicas. */
final class QuotaEndpoint {
  static final String PATH = "/quotas";
  static final String REPLICA_PATH = "/replica/quotas";

  private static final Logger LOG = LoggerFactory.getLogger(QuotaEndpoint.class);

  private final QuotaDesk desk;
  private final Replicas replicas;

  QuotaEndpoint(QuotaDesk desk, Replicas replicas) {
    this.desk = desk;
    this.replicas = replicas;
  }

  /**
   * Does what somebody asks, everywhere.
   *
   * @param peer who it is, for the log
   */
  Answer ask(byte[] body, String peer) {
    try {
      QuotaOrder order = QuotaOrder.read(StrictJson.object(body));
      return switch (desk.carryOut(order)) {
        case QuotaDesk.Result.Done(boolean everywhere, CounterReport report) -> {
          note(order, report, peer);
          yield everywhere ? answer(order, report) : answer(order, report, body);
        }
        case QuotaDesk.Result other -> refusal(other);
      };
    } catch (MalformedTextException e) {
      return Answer.problem(400, "Bad Request", String.valueOf(e.getMessage()));
    }
  }

  /**
   * Does what another replica was asked for, here.
   *
   * @param peer who says so, for the log
   */
  Answer take(byte[] body, String peer) {
    try {
      QuotaOrder order = QuotaOrder.read(StrictJson.object(body));
      if (desk.isInTheStore(order)) {
        // Each of the replicas that one asks would change the one counter.
        return Answer.problem(409, "Conflict", "this replica counts in the shared store");
      }
      return switch (desk.carryOut(order)) {
        case QuotaDesk.Result.Done(_, CounterReport report) -> {
          note(order, report, peer);
          yield Answer.json(200, RevocationJson.write(report::write));
        }
        case QuotaDesk.Result other -> refusal(other);
      };
    } catch (MalformedTextException e) {
      return Answer.problem(400, "Bad Request", String.valueOf(e.getMessage()));
    }
  }

  private static Answer refusal(QuotaDesk.Result result) {
    return switch (result) {
      case QuotaDesk.Result.NoLimit(var others) ->
          Answer.problem(
              404,
              "Not Found",
              others.isEmpty()
                  ? "no route has a limit of that policy"
                  : "there is no such limit; there are " + String.join(", ", others));
      case QuotaDesk.Result.NotNow(String cause) ->
          Answer.problem(503, "Service Unavailable", cause);
      case QuotaDesk.Result.Done _ -> throw new IllegalStateException("it was done");
    };
  }

  private static void note(QuotaOrder order, CounterReport report, String peer) {
    if (order.action() != QuotaOrder.Action.GET) {
      LOG.atInfo()
          .addKeyValue(LogKeys.TYPE, order.action())
          .addKeyValue(LogKeys.NAME, order.limit())
          .addKeyValue(LogKeys.KEY, order.owner())
          .addKeyValue(LogKeys.COUNT, report.given())
          .addKeyValue(LogKeys.PEER, peer)
          .addKeyValue(LogKeys.CAUSE, order.reason())
          .log("a quota was changed by hand");
    }
  }

  private static Answer answer(QuotaOrder order, CounterReport report) {
    return Answer.json(
        200,
        RevocationJson.write(json -> {
          begin(json, order, "Cluster");
          write(json, "shared store", report);
          json.writeEndArray();
        }));
  }

  private Answer answer(QuotaOrder order, CounterReport report, byte[] body) {
    Replicas.Asked asked = replicas.ask(REPLICA_PATH, body);
    Map<String, CounterReport> reports = new LinkedHashMap<>();
    asked
        .answers()
        .forEach((replica, told) -> {
          try {
            reports.put(replica, CounterReport.read(StrictJson.object(told)));
          } catch (MalformedTextException e) {
            LOG.atWarn()
                .addKeyValue(LogKeys.PEER, replica)
                .addKeyValue(LogKeys.CAUSE, e.getMessage())
                .log("another replica does not tell of its counter");
          }
        });
    return Answer.json(
        200,
        RevocationJson.write(json -> {
          begin(json, order, "Replica");
          write(json, "this replica", report);
          for (Map.Entry<String, CounterReport> each : reports.entrySet()) {
            write(json, each.getKey(), each.getValue());
          }
          json.writeEndArray();
          json.writeObjectFieldStart("replicas");
          json.writeNumberField("others", asked.others());
          json.writeNumberField("reached", reports.size());
          json.writeEndObject();
        }));
  }

  private static void begin(JsonGenerator json, QuotaOrder order, String scope) throws IOException {
    json.writeStringField("action", order.action().name().toLowerCase(Locale.ROOT));
    json.writeStringField("limit", order.limit());
    json.writeStringField("of", order.owner().toString());
    json.writeStringField("scope", scope);
    json.writeArrayFieldStart("counters");
  }

  private static void write(JsonGenerator json, String where, CounterReport report)
      throws IOException {
    json.writeStartObject();
    json.writeStringField("at", where);
    report.write(json);
    json.writeEndObject();
  }
}

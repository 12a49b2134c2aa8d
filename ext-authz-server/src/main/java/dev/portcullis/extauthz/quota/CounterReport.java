// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.quota;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.portcullis.engine.authentication.json.MalformedTextException;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * How one counter stands, after what was done to it.
 *
 * @param given what was taken back of what had been charged
 * @param allowances that of no plan first
 */
public record CounterReport(long given, List<Standing> allowances) {
  private static final int MAX_PLANS = 1_000;

  public CounterReport {
    allowances = List.copyOf(allowances);
  }

  /**
   * How it stands for one allowance.
   *
   * @param plan empty: that of no plan
   * @param most that the counter holds
   * @param remaining requests that may come at once from now on
   * @param resets when all of it is there again
   */
  public record Standing(String plan, long most, long remaining, Instant resets) {}

  /** Writes the members of an object. */
  public void write(JsonGenerator json) throws IOException {
    json.writeNumberField("given", given);
    json.writeArrayFieldStart("allowances");
    for (Standing each : allowances) {
      json.writeStartObject();
      if (!each.plan.isEmpty()) {
        json.writeStringField("plan", each.plan);
      }
      json.writeNumberField("limit", each.most);
      json.writeNumberField("used", each.most - each.remaining);
      json.writeNumberField("remaining", each.remaining);
      json.writeStringField("resets", each.resets.toString());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws MalformedTextException when it is something else
   */
  public static CounterReport read(Map<String, ?> members) throws MalformedTextException {
    if (!(members.get("given") instanceof Long given)
        || !(members.get("allowances") instanceof List<?> list)
        || list.size() > MAX_PLANS) {
      throw new MalformedTextException("a report that is none");
    }
    List<Standing> allowances = new ArrayList<>(list.size());
    for (Object each : list) {
      if (!(each instanceof Map<?, ?> allowance)
          || !(allowance.get("limit") instanceof Long most)
          || !(allowance.get("remaining") instanceof Long remaining)
          || !(allowance.get("resets") instanceof String resets)) {
        throw new MalformedTextException("a report that is none");
      }
      try {
        allowances.add(
            new Standing(
                allowance.get("plan") instanceof String plan ? plan : "",
                most,
                remaining,
                Instant.parse(resets)));
      } catch (DateTimeException e) {
        throw new MalformedTextException("a report whose time is none");
      }
    }
    return new CounterReport(given, allowances);
  }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.revocation;

import dev.portcullis.engine.authentication.json.MalformedTextException;
import dev.portcullis.engine.authentication.json.StrictJson;
import dev.portcullis.engine.revocation.Revocation;
import dev.portcullis.engine.revocation.RevocationOrder;
import dev.portcullis.engine.revocation.RevocationSet;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code /revocations} for people and programs: {@code POST} takes a credential back, {@code
 * DELETE} no longer does, {@code GET} counts.
 */
final class RevocationEndpoint {
  private final Registrar registrar;
  private final Duration lifetime;

  /**
   * Makes it.
   *
   * @param lifetime of revocations that do not say how long they last
   */
  RevocationEndpoint(Registrar registrar, Duration lifetime) {
    this.registrar = registrar;
    this.lifetime = lifetime;
  }

  Answer count() {
    RevocationSet set = registrar.set();
    return Answer.json(
        200,
        RevocationJson.write(json -> {
          json.writeNumberField("count", set.size(registrar.now()));
          json.writeNumberField("capacity", set.capacity());
        }));
  }

  Answer revoke(byte[] body) {
    try {
      RevocationOrder order = RevocationOrder.read(StrictJson.object(body));
      Instant now = registrar.now();
      Revocation former = registrar.set().find(order.key(), now);
      return answer(
          registrar.enter(List.of(order.revocation(now, lifetime, former)), order.reason()));
    } catch (MalformedTextException e) {
      return Answer.problem(400, "Bad Request", String.valueOf(e.getMessage()));
    }
  }

  /**
   * Withdraws a revocation.
   *
   * @param query as it was sent: the members that name what was revoked
   */
  Answer withdraw(@Nullable String query) {
    RevocationOrder order;
    try {
      order = RevocationOrder.read(members(query));
    } catch (MalformedTextException e) {
      return Answer.problem(400, "Bad Request", String.valueOf(e.getMessage()));
    }
    if (order.issuedBefore() != null || order.expires() != null) {
      return Answer.problem(
          400, "Bad Request", "a withdrawal only names what was revoked, and a reason");
    }
    Instant now = registrar.now();
    Revocation former = registrar.set().find(order.key(), now);
    if (former == null || former.withdrawn()) {
      return Answer.problem(404, "Not Found", "there is no such revocation");
    }
    Revocation withdrawal =
        new Revocation(
            former.key(),
            former.issuedBefore(),
            former.expires(),
            true,
            Revocation.after(former, now));
    return answer(registrar.enter(List.of(withdrawal), order.reason()));
  }

  private static Answer answer(Registrar.Entry entry) {
    if (entry.added() == RevocationSet.Added.FULL) {
      return Answer.problem(
          507,
          "Insufficient Storage",
          "there is no room for another revocation until one expires; nothing was revoked");
    }
    Revocation revocation = entry.revocation();
    return Answer.json(
        200,
        RevocationJson.write(json -> {
          json.writeBooleanField("revoked", !revocation.withdrawn());
          if (revocation.issuedBefore() != Revocation.ALL) {
            json.writeStringField(
                "issuedBefore", Instant.ofEpochSecond(revocation.issuedBefore()).toString());
          }
          json.writeStringField("expires", revocation.expires().toString());
          json.writeObjectFieldStart("replicas");
          json.writeNumberField("others", entry.told().others());
          json.writeNumberField("reached", entry.told().reached());
          json.writeEndObject();
          Boolean stored = entry.stored();
          if (stored != null) {
            json.writeBooleanField("stored", stored);
          }
        }));
  }

  private static Map<String, String> members(@Nullable String query) throws MalformedTextException {
    Map<String, String> members = new HashMap<>();
    for (String pair : query == null ? new String[0] : query.split("&", -1)) {
      int equals = pair.indexOf('=');
      if (equals < 1) {
        throw new MalformedTextException("the query must be NAME=VALUE, joined by &");
      }
      String name = decoded(pair.substring(0, equals));
      if (members.put(name, decoded(pair.substring(equals + 1))) != null) {
        throw new MalformedTextException("a member of the query stands twice");
      }
    }
    return members;
  }

  static String decoded(String text) throws MalformedTextException {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new MalformedTextException("a percent sign that begins no escape");
    }
  }
}

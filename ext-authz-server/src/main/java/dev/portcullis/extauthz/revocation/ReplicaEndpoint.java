// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.revocation;

import dev.portcullis.engine.authentication.json.MalformedTextException;
import dev.portcullis.engine.revocation.Revocation;
import dev.portcullis.engine.revocation.RevocationSet;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * {@code /replica/revocations} for the other replicas: {@code GET} says what changed, {@code POST}
 * takes what another was told. Nothing of it is told on, so that no message goes in circles.
 */
final class ReplicaEndpoint {
  private static final String AFTER = "after=";

  private final String id;
  private final Registrar registrar;

  /**
   * Makes it.
   *
   * @param id of this replica, another one after each start
   */
  ReplicaEndpoint(String id, Registrar registrar) {
    this.id = id;
    this.registrar = registrar;
  }

  Answer changes(@Nullable String query) {
    if (query == null || !query.matches("after=[0-9]{1,18}")) {
      return Answer.problem(400, "Bad Request", "say after=NUMBER");
    }
    long after = Long.parseLong(query.substring(AFTER.length()));
    RevocationSet set = registrar.set();
    set.size(registrar.now());
    return Answer.json(200, RevocationJson.write(id, set.after(after, RevocationJson.PAGE)));
  }

  Answer take(byte[] body) {
    try {
      return take(RevocationJson.read(body), registrar.set(), registrar.now())
          ? Answer.empty(204)
          : Answer.problem(507, "Insufficient Storage", "there is no room for a revocation");
    } catch (MalformedTextException e) {
      return Answer.problem(400, "Bad Request", String.valueOf(e.getMessage()));
    }
  }

  /** Takes what another replica says; returns whether there was room for all of it. */
  static boolean take(RevocationJson.Message message, RevocationSet set, Instant now) {
    boolean room = true;
    for (Revocation each : message.revocations()) {
      room &= set.add(each, now) != RevocationSet.Added.FULL;
    }
    return room;
  }
}

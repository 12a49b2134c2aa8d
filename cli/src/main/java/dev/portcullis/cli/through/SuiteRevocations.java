// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.through;

import dev.portcullis.cli.CommandException;
import dev.portcullis.engine.authentication.json.MalformedTextException;
import dev.portcullis.engine.port.Revocations;
import dev.portcullis.engine.revocation.RevocationOrder;
import dev.portcullis.engine.revocation.RevocationSet;
import dev.portcullis.suite.Fixtures;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** What a suite takes back, as the decision service would know it. */
public final class SuiteRevocations {
  private static final Duration LIFE = Duration.ofDays(1);

  private SuiteRevocations() {}

  /**
   * Reads it.
   *
   * @throws CommandException saying what the revocation port would say of it
   */
  public static Revocations of(Fixtures fixtures, Instant now) {
    List<Map<String, String>> all = fixtures.revocations();
    if (all.isEmpty()) {
      return Revocations.NONE;
    }
    RevocationSet revoked = new RevocationSet(all.size());
    for (int i = 0; i < all.size(); i++) {
      try {
        revoked.add(RevocationOrder.read(all.get(i)).revocation(now, LIFE, null), now);
      } catch (MalformedTextException e) {
        throw CommandException.user("revocations[" + i + "]: " + e.getMessage());
      }
    }
    return revoked;
  }
}

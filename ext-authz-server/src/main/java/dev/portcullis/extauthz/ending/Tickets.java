// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.ending;

import dev.portcullis.engine.limit.ChargeId;
import dev.portcullis.engine.limit.Reservation;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/*
 * Text, because that is what dynamic metadata holds: the tickets of one request, with a blank between
 * them. CHARGE.REPLICA is one of the process that is named so; CHARGE@NAMESPACE/NAME,NAMESPACE/NAME
 * one that replicas count together. Nothing of the client is in it: what was charged is found by the
 * name of the charge.
 */
/** Charges that wait for the end of a request, as text that Envoy keeps meanwhile. Thread-safe. */
public final class Tickets {
  /** The field of the decision's metadata that holds them. */
  public static final String FIELD = "reservations";

  private static final HexFormat HEX = HexFormat.of();
  private static final int ID_DIGITS = 32;

  /** More than one request can have: one per phase, mode and place. */
  private static final int MAX_TICKETS = 16;

  private static final int MAX_POLICIES = 256;

  private final String replica;

  /** Tickets of this process, which is named at random. */
  public Tickets() {
    this(HEX.toHexDigits(new SecureRandom().nextLong()));
  }

  Tickets(String replica) {
    this.replica = replica;
  }

  /**
   * A ticket that came back.
   *
   * @param elsewhere whether another process counted it alone
   */
  record Ticket(Reservation charge, boolean elsewhere) {}

  /** The text of some, of which there is at least one. */
  public String write(List<Reservation> charges) {
    StringBuilder text = new StringBuilder(charges.size() * 64);
    for (Reservation charge : charges) {
      if (!text.isEmpty()) {
        text.append(' ');
      }
      text.append(charge.id().hex());
      if (charge.policies().isEmpty()) {
        text.append('.').append(replica);
      } else {
        text.append('@').append(String.join(",", charge.policies()));
      }
    }
    return text.toString();
  }

  /** Reads them again; null: they are none of ours. */
  @Nullable List<Ticket> read(String text) {
    List<Ticket> tickets = new ArrayList<>(2);
    for (String each : text.split(" ", MAX_TICKETS + 1)) {
      Ticket ticket = ticket(each);
      if (ticket == null || tickets.size() == MAX_TICKETS) {
        return null;
      }
      tickets.add(ticket);
    }
    return tickets;
  }

  private @Nullable Ticket ticket(String text) {
    if (text.length() <= ID_DIGITS + 1) {
      return null;
    }
    ChargeId id;
    try {
      id =
          new ChargeId(
              HexFormat.fromHexDigitsToLong(text, 0, ID_DIGITS / 2),
              HexFormat.fromHexDigitsToLong(text, ID_DIGITS / 2, ID_DIGITS));
    } catch (IllegalArgumentException _) {
      return null;
    }
    String rest = text.substring(ID_DIGITS + 1);
    return switch (text.charAt(ID_DIGITS)) {
      case '.' -> new Ticket(Reservation.own(id), !rest.equals(replica));
      case '@' -> {
        List<String> policies = List.of(rest.split(",", MAX_POLICIES + 1));
        if (policies.size() > MAX_POLICIES || policies.contains("")) {
          yield null;
        }
        yield new Ticket(new Reservation(id, policies), false);
      }
      default -> null;
    };
  }
}

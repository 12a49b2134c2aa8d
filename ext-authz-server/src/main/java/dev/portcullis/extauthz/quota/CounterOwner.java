// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.quota;

import dev.portcullis.engine.authentication.json.MalformedTextException;
import dev.portcullis.policy.match.IpAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Whose counter it is, as people say it. */
public sealed interface CounterOwner {

  /** A client by its name. */
  record Client(String name) implements CounterOwner {
    @Override
    public String toString() {
      return "client " + name;
    }
  }

  /**
   * A subject.
   *
   * @param issuer null: of a method that has none
   */
  record Subject(@Nullable String issuer, String name) implements CounterOwner {
    @Override
    public String toString() {
      return "subject " + name + (issuer == null ? "" : " of " + issuer);
    }
  }

  /** An address; with IPv6 all of its /64. */
  record Address(IpAddress address) implements CounterOwner {
    @Override
    public String toString() {
      return "address " + address;
    }
  }

  /** The values of a limit's own key, in the order of its list. */
  record Key(List<String> parts) implements CounterOwner {
    public Key {
      parts = List.copyOf(parts);
    }

    @Override
    public String toString() {
      return "key " + String.join(", ", parts);
    }
  }

  /**
   * Reads an address.
   *
   * @throws MalformedTextException when it is none
   */
  static IpAddress address(String text) throws MalformedTextException {
    try {
      return IpAddress.parse(text);
    } catch (IllegalArgumentException e) {
      throw new MalformedTextException("an address must be one of IPv4 or IPv6");
    }
  }
}

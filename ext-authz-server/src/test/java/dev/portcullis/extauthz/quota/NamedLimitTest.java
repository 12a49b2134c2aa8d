// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.quota;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portcullis.engine.authentication.json.MalformedTextException;
import dev.portcullis.engine.limit.CounterKey;
import dev.portcullis.extauthz.Plans;
import dev.portcullis.policy.match.IpAddress;
import dev.portcullis.policy.plan.Allowance;
import dev.portcullis.policy.plan.Allowance.Period;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Whose counter is meant, in the words of people. */
final class NamedLimitTest {
  private static final String COUNTERS = "shop/orders/daily#DAY@Z";

  private static NamedLimit limit(String... key) throws Exception {
    return new NamedLimit(
        Plans.limit("daily", new Allowance.Quota(5, Period.DAY, ZoneOffset.UTC), null, key));
  }

  @Test
  void aLimitWithoutAKeyCountsByClientSubjectOrAddress() throws Exception {
    NamedLimit limit = limit();
    assertThat(limit.key(new CounterOwner.Client("acme")))
        .isEqualTo(CounterKey.client(COUNTERS, "acme"));
    assertThat(limit.key(new CounterOwner.Subject(null, "ann")))
        .isEqualTo(CounterKey.subject(COUNTERS, null, "ann"));
    assertThat(limit.key(new CounterOwner.Subject("https://idp.example.com/", "ann")))
        .isNotEqualTo(limit.key(new CounterOwner.Subject(null, "ann")));
    assertThat(limit.key(new CounterOwner.Address(IpAddress.parse("2001:db8::1"))))
        .as("all of a /64")
        .isEqualTo(limit.key(new CounterOwner.Address(IpAddress.parse("2001:db8::2"))));
    assertThatThrownBy(() -> limit.key(new CounterOwner.Key(List.of("acme"))))
        .isInstanceOf(MalformedTextException.class)
        .hasMessageContaining("client, subject or address");
  }

  @Test
  void aClientMayBeTheKey() throws Exception {
    NamedLimit limit = limit("auth.client");
    assertThat(limit.key(new CounterOwner.Client("acme")))
        .isEqualTo(limit.key(new CounterOwner.Key(List.of("acme"))))
        .isEqualTo(CounterKey.computed(COUNTERS, List.of("acme")))
        .isNotEqualTo(CounterKey.client(COUNTERS, "acme"));
    assertThat(limit.key(new CounterOwner.Subject(null, "ann")))
        .as("who has no client")
        .isEqualTo(CounterKey.subject(COUNTERS, null, "ann"));
  }

  /** Such a key knows no issuers. */
  @Test
  void aSubjectMayBeTheKey() throws Exception {
    NamedLimit limit = limit("auth.subject");
    assertThat(limit.key(new CounterOwner.Subject("https://idp.example.com/", "ann")))
        .isEqualTo(limit.key(new CounterOwner.Key(List.of("ann"))))
        .isEqualTo(limit.key(new CounterOwner.Subject(null, "ann")))
        .isNotEqualTo(CounterKey.subject(COUNTERS, null, "ann"));
  }

  @Test
  void anAddressInAKeyIsReadAsOne() throws Exception {
    assertThat(limit("source.address").key(new CounterOwner.Key(List.of("192.0.2.1"))))
        .isEqualTo(CounterKey.address(COUNTERS, IpAddress.parse("192.0.2.1")));
    assertThat(
            limit("request.path", "source.address")
                .key(new CounterOwner.Key(List.of("/", "2001:db8::1"))))
        .isEqualTo(
            limit("request.path", "source.address")
                .key(new CounterOwner.Key(List.of("/", "2001:db8::9"))));
    assertThatThrownBy(() -> limit("source.address").key(new CounterOwner.Key(List.of("acme"))))
        .isInstanceOf(MalformedTextException.class);
  }

  @Test
  void partsOfAKeyCannotBeMixedUp() throws Exception {
    NamedLimit limit = limit("auth.client", "request.path");
    assertThat(limit.key(new CounterOwner.Key(List.of("a", "bc"))))
        .isNotEqualTo(limit.key(new CounterOwner.Key(List.of("ab", "c"))));
    assertThat(limit.key(new CounterOwner.Key(List.of("x".repeat(1024), "/"))).text()).hasSize(64);
    assertThatThrownBy(() -> limit.key(new CounterOwner.Key(List.of("a"))))
        .isInstanceOf(MalformedTextException.class)
        .hasMessageContaining("auth.client, request.path");
  }
}

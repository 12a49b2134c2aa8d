// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.engine.decision.Decision;
import dev.portcullis.engine.decision.Trace;
import dev.portcullis.policy.decision.DenyReason;
import dev.portcullis.policy.match.Cidr;
import dev.portcullis.policy.match.CidrSet;
import dev.portcullis.policy.plan.AddressListSpec;
import dev.portcullis.policy.plan.Mode;
import dev.portcullis.policy.plan.RequestSpec;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Lists of addresses, which come and go apart from the routes that use them. */
final class AddressListsTest {
  private static final AddressListSpec BAD =
      new AddressListSpec.FromConfigMap("shop", "bad", null, "ab");
  private static final AddressListSpec WORSE =
      new AddressListSpec.FromConfigMap("shop", "bad", "worse", "cd");
  private static final AddressListSpec OFFICES = new AddressListSpec.FromFile("offices");
  private static final AddressListSpec PARTNERS = new AddressListSpec.FromFile("partners");

  private final Map<AddressListSpec, CidrSet> lists = new HashMap<>();

  @Test
  void refusesWhoIsInAListThatDenies() {
    lists.put(BAD, ranges("192.0.2.0/25"));
    lists.put(WORSE, ranges("192.0.2.128/25", "2001:db8::/32"));
    TestGate gate = gate(Mode.ENFORCE, List.of(), List.of(BAD, WORSE));
    assertThat(from(gate, "198.51.100.1").allowed()).isTrue();
    assertRefused(from(gate, "192.0.2.1"), DenyReason.ADDRESS_DENIED, "ipAccess.denyLists/bad");
    assertRefused(
        from(gate, "192.0.2.200"), DenyReason.ADDRESS_DENIED, "ipAccess.denyLists/bad/worse");
    assertRefused(
        from(gate, "2001:db8::9"), DenyReason.ADDRESS_DENIED, "ipAccess.denyLists/bad/worse");
    lists.put(BAD, ranges());
    assertThat(from(gate, "192.0.2.1").allowed()).as("at once, by another content").isTrue();
  }

  @Test
  void refusesWhoIsInNoListThatAllows() {
    lists.put(OFFICES, ranges("198.51.100.0/24"));
    lists.put(PARTNERS, ranges("203.0.113.0/24"));
    TestGate gate = gate(Mode.ENFORCE, List.of(OFFICES, PARTNERS), List.of());
    assertThat(from(gate, "198.51.100.1").allowed()).isTrue();
    assertThat(from(gate, "203.0.113.1").allowed()).isTrue();
    assertThat(from(gate, "10.0.0.1").allowed()).as("by the policy itself").isTrue();
    assertRefused(from(gate, "192.0.2.1"), DenyReason.ADDRESS_DENIED, "ipAccess");
  }

  @Test
  void aListThatDeniesGoesBeforeOneThatAllows() {
    lists.put(OFFICES, ranges("198.51.100.0/24"));
    lists.put(BAD, ranges("198.51.100.7"));
    TestGate gate = gate(Mode.ENFORCE, List.of(OFFICES), List.of(BAD));
    assertThat(from(gate, "198.51.100.1").allowed()).isTrue();
    assertRefused(from(gate, "198.51.100.7"), DenyReason.ADDRESS_DENIED, "ipAccess.denyLists/bad");
  }

  @Test
  void refusesEverybodyWhileAListThatDeniesIsAbsent() {
    lists.put(WORSE, ranges("192.0.2.0/24"));
    TestGate gate = gate(Mode.ENFORCE, List.of(), List.of(BAD, WORSE));
    Decision decision = from(gate, "198.51.100.1");
    assertRefused(decision, DenyReason.UNAVAILABLE, "ipAccess.denyLists/bad");
    assertThat(Objects.requireNonNull(decision.refusal()).cause())
        .isEqualTo("the list of addresses bad is not here");
    assertRefused(
        from(gate, "192.0.2.1"), DenyReason.ADDRESS_DENIED, "ipAccess.denyLists/bad/worse");
  }

  @Test
  void whileAListThatAllowsIsAbsentOnlyTheOthersAllow() {
    lists.put(PARTNERS, ranges("203.0.113.0/24"));
    TestGate gate = gate(Mode.ENFORCE, List.of(OFFICES, PARTNERS), List.of());
    assertThat(from(gate, "203.0.113.1").allowed()).isTrue();
    assertThat(from(gate, "10.0.0.1").allowed()).isTrue();
    assertRefused(
        from(gate, "198.51.100.1"), DenyReason.UNAVAILABLE, "ipAccess.allowLists/file:offices");
  }

  @Test
  void aShadowOnlyRecords() {
    lists.put(BAD, ranges("192.0.2.0/24"));
    TestGate gate = gate(Mode.SHADOW, List.of(), List.of(BAD));
    Decision decision = from(gate, "192.0.2.1");
    assertThat(decision.allowed()).isTrue();
    assertThat(decision.shadow())
        .extracting(finding -> finding.by().rule() + " " + finding.wouldDeny())
        .containsExactly("ipAccess.denyLists/bad ADDRESS_DENIED");
    lists.clear();
    assertThat(from(gate, "192.0.2.1").shadow())
        .extracting(finding -> finding.by().rule() + " " + finding.wouldDeny())
        .containsExactly("ipAccess.denyLists/bad UNAVAILABLE");
  }

  @Test
  void tellsWhichListsWereAskedAndNotWhatTheyHold() {
    lists.put(BAD, ranges("192.0.2.0/24"));
    lists.put(OFFICES, ranges("198.51.100.0/24"));
    Decision decision = from(gate(Mode.ENFORCE, List.of(OFFICES), List.of(BAD)), "198.51.100.1");
    assertThat(
            Objects.requireNonNull(decision.trace()).steps().stream()
                .filter(step -> step.section().equals("request"))
                .flatMap(step -> step.looks().stream())
                .map(look -> look.by().rule() + " " + look.found()))
        .containsExactly(
            "ipAccess.denyLists/bad " + Trace.Found.NOT_IN_LIST,
            "ipAccess.allowLists/file:offices " + Trace.Found.IN_LIST);
  }

  private TestGate gate(Mode mode, List<AddressListSpec> allowed, List<AddressListSpec> denied) {
    RequestSpec spec =
        new RequestSpec(
            TestRoute.API,
            mode,
            allowed.isEmpty() ? List.of() : List.of(Cidr.parse("10.0.0.0/8")),
            List.of(),
            allowed,
            denied,
            null,
            List.of(),
            null,
            null);
    return new TestGate(new TestRoute().request(spec), lists::get);
  }

  private static Decision from(TestGate gate, String address) {
    gate.peer = address;
    return gate.get("/");
  }

  private static void assertRefused(Decision decision, DenyReason reason, String rule) {
    assertThat(decision.refusal()).isNotNull();
    assertThat(Objects.requireNonNull(decision.refusal()).reason()).isEqualTo(reason);
    assertThat(decision.by().rule()).isEqualTo(rule);
  }

  private static CidrSet ranges(String... ranges) {
    return CidrSet.of(Stream.of(ranges).map(Cidr::parse).toList());
  }
}

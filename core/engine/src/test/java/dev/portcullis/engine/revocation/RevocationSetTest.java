// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.revocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portcullis.engine.authentication.Identity;
import dev.portcullis.engine.revocation.RevocationKey.Kind;
import dev.portcullis.engine.revocation.RevocationSet.Added;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RevocationSetTest {
  private static final String ISSUER = "https://idp.example.com/";
  private static final Instant NOW = Instant.ofEpochSecond(1_800_000_000L);

  private final RevocationSet set = new RevocationSet(3);

  private static Revocation of(Kind kind, String value) {
    return of(kind, RevocationKey.EVERYWHERE, value, Revocation.ALL);
  }

  private static Revocation of(Kind kind, String namespace, String value, long before) {
    return new Revocation(
        new RevocationKey(kind, namespace, kind == Kind.API_KEY ? "" : ISSUER, value),
        before,
        NOW.plusSeconds(60),
        false,
        NOW.toEpochMilli());
  }

  private static Revocation withdrawn(Revocation revocation, long later) {
    return new Revocation(
        revocation.key(),
        revocation.issuedBefore(),
        revocation.expires(),
        true,
        revocation.changed() + later);
  }

  private static Identity token(String issuer, String subject, Object... claims) {
    Map<String, Object> map = new HashMap<>();
    for (int i = 0; i < claims.length; i += 2) {
      map.put((String) claims[i], claims[i + 1]);
    }
    return new Identity(
        "m", true, subject, issuer, List.of(), map, null, null, Identity.NO_END, List.of());
  }

  private boolean revoked(Identity identity) {
    return set.revokesToken("shop", identity, NOW);
  }

  @Test
  void oneTokenOfOneIssuer() {
    set.add(of(Kind.TOKEN, "t1"), NOW);
    assertThat(revoked(token(ISSUER, "ann", "jti", "t1"))).isTrue();
    assertThat(revoked(token(ISSUER, "ann", "jti", "t2"))).isFalse();
    assertThat(revoked(token(ISSUER, "t1", "sid", "t1"))).isFalse();
    assertThat(revoked(token("https://other.example.com/", "ann", "jti", "t1"))).isFalse();
    assertThat(revoked(token(ISSUER, "ann"))).isFalse();
  }

  @Test
  void aNumberThatAnIssuerWritesIsMeantByItsText() {
    set.add(of(Kind.TOKEN, "17"), NOW);
    assertThat(revoked(token(ISSUER, "ann", "jti", 17L))).isTrue();
  }

  @Test
  void allTokensOfASession() {
    set.add(of(Kind.SESSION, "s1"), NOW);
    assertThat(revoked(token(ISSUER, "ann", "jti", "t9", "sid", "s1"))).isTrue();
    assertThat(revoked(token(ISSUER, "ann", "sid", "s2"))).isFalse();
  }

  @Test
  void tokensOfASubjectThatAreOldEnough() {
    set.add(of(Kind.SUBJECT, "", "ann", 1000), NOW);
    assertThat(revoked(token(ISSUER, "ann", "iat", 999L))).isTrue();
    assertThat(revoked(token(ISSUER, "ann", "iat", 1000L))).isFalse();
    assertThat(revoked(token(ISSUER, "bob", "iat", 999L))).isFalse();
    assertThat(revoked(token(ISSUER, "ann"))).as("nobody knows how old it is").isTrue();
  }

  @Test
  void tokensOfASubjectThatNameNoSession() {
    set.add(of(Kind.SESSIONLESS, "", "ann", 1000), NOW);
    assertThat(revoked(token(ISSUER, "ann", "iat", 999L))).isTrue();
    assertThat(revoked(token(ISSUER, "ann", "iat", 999L, "sid", "s2"))).isFalse();
  }

  @Test
  void aNamespaceSpeaksForItselfOnly() {
    set.add(of(Kind.SESSION, "billing", "s1", Revocation.ALL), NOW);
    assertThat(revoked(token(ISSUER, "ann", "sid", "s1"))).isFalse();
    assertThat(set.revokesToken("billing", token(ISSUER, "ann", "sid", "s1"), NOW)).isTrue();
    set.add(of(Kind.API_KEY, "billing", "K1", Revocation.ALL), NOW);
    assertThat(set.revokesKey("shop", "K1", NOW)).isFalse();
    assertThat(set.revokesKey("billing", "K1", NOW)).isTrue();
  }

  @Test
  void aLogoutThatWasObeyedRevokesNothingByItself() {
    set.add(of(Kind.LOGOUT, "t1"), NOW);
    assertThat(revoked(token(ISSUER, "ann", "jti", "t1"))).isFalse();
    assertThat(set.find(of(Kind.LOGOUT, "t1").key(), NOW)).isNotNull();
  }

  @Test
  void whatDoesNotFitIntoTheSetIsNotLookedUp() {
    set.add(of(Kind.TOKEN, "t1"), NOW);
    String longText = "x".repeat(1000);
    assertThat(revoked(token(longText, longText, "jti", longText, "sid", longText))).isFalse();
    assertThat(revoked(token(ISSUER, longText, "jti", List.of("t1"), "sid", Map.of()))).isFalse();
    assertThatThrownBy(() -> of(Kind.TOKEN, longText)).hasMessageContaining("256");
  }

  @Test
  void aFullSetRefusesAndForgetsNothing() {
    for (String each : List.of("t1", "t2", "t3")) {
      assertThat(set.add(of(Kind.TOKEN, each), NOW)).isEqualTo(Added.CHANGED);
    }
    assertThat(set.add(of(Kind.TOKEN, "t4"), NOW)).isEqualTo(Added.FULL);
    assertThat(set.refusals()).isEqualTo(1);
    assertThat(set.add(of(Kind.TOKEN, "t1"), NOW)).isEqualTo(Added.KNOWN);
    assertThat(set.add(withdrawn(of(Kind.TOKEN, "t1"), 1), NOW)).isEqualTo(Added.CHANGED);
    assertThat(revoked(token(ISSUER, "ann", "jti", "t2"))).isTrue();
    assertThat(revoked(token(ISSUER, "ann", "jti", "t4"))).isFalse();
  }

  private static void addForIssuer(
      RevocationSet some, String namespace, String value, Added wanted) {
    assertThat(some.addForIssuer(of(Kind.SESSION, namespace, value, Revocation.ALL), NOW))
        .as("%s in %s", value, namespace)
        .isEqualTo(wanted);
  }

  @Test
  void issuersOfOneNamespaceLeaveRoomForOthersAndForHolders() {
    RevocationSet ten = new RevocationSet(10);
    for (String each : List.of("s1", "s2", "s3", "s4")) {
      addForIssuer(ten, "billing", each, Added.CHANGED);
    }
    addForIssuer(ten, "billing", "s5", Added.FULL);
    addForIssuer(ten, "billing", "s4", Added.KNOWN);
    addForIssuer(ten, "shop", "s1", Added.CHANGED);
    addForIssuer(ten, "shop", "s2", Added.CHANGED);
    addForIssuer(ten, "shop", "s3", Added.FULL);
    addForIssuer(ten, "web", "s1", Added.CHANGED);
    addForIssuer(ten, "docs", "s1", Added.CHANGED);
    addForIssuer(ten, "wiki", "s1", Added.FULL);
    assertThat(ten.refusals()).isEqualTo(3);
    // What is left is for those with the bearer token.
    assertThat(ten.add(of(Kind.TOKEN, "t1"), NOW)).isEqualTo(Added.CHANGED);
    assertThat(ten.add(of(Kind.API_KEY, "wiki", "K1", Revocation.ALL), NOW))
        .isEqualTo(Added.CHANGED);
    assertThat(ten.add(of(Kind.TOKEN, "t2"), NOW)).isEqualTo(Added.FULL);
  }

  @Test
  void whatAnotherReplicaHoldsIsTakenWhileThereIsAnyRoom() {
    RevocationSet ten = new RevocationSet(10);
    for (int i = 0; i < 10; i++) {
      assertThat(ten.add(of(Kind.SESSION, "billing", "s" + i, Revocation.ALL), NOW))
          .isEqualTo(Added.CHANGED);
    }
    addForIssuer(ten, "shop", "s1", Added.FULL);
    // They end, and their part is free again.
    Instant later = NOW.plusSeconds(60);
    Revocation late =
        new Revocation(
            of(Kind.SESSION, "billing", "s1", Revocation.ALL).key(),
            Revocation.ALL,
            later.plusSeconds(60),
            false,
            0);
    assertThat(ten.addForIssuer(late, later)).isEqualTo(Added.CHANGED);
  }

  @Test
  void anEndMakesRoomAndIsNoRevocation() {
    for (String each : List.of("t1", "t2", "t3")) {
      set.add(of(Kind.TOKEN, each), NOW);
    }
    Instant later = NOW.plusSeconds(60);
    assertThat(set.revokesToken("shop", token(ISSUER, "ann", "jti", "t1"), later)).isFalse();
    assertThat(set.size(NOW)).isEqualTo(3);
    Revocation late =
        new Revocation(of(Kind.TOKEN, "t4").key(), Revocation.ALL, later.plusSeconds(1), false, 0);
    assertThat(set.add(late, later)).isEqualTo(Added.CHANGED);
    assertThat(set.size(later)).isEqualTo(1);
    assertThat(set.add(of(Kind.TOKEN, "t1"), later)).as("it has ended").isEqualTo(Added.KNOWN);
    assertThat(set.size(later)).isEqualTo(1);
  }

  @Test
  void aWithdrawalLetsTheCredentialInAgain() {
    Revocation revocation = of(Kind.TOKEN, "t1");
    set.add(revocation, NOW);
    set.add(withdrawn(revocation, 1), NOW);
    assertThat(revoked(token(ISSUER, "ann", "jti", "t1"))).isFalse();
    assertThat(set.add(revocation, NOW)).as("it is older").isEqualTo(Added.KNOWN);
    assertThat(revoked(token(ISSUER, "ann", "jti", "t1"))).isFalse();
  }

  @Test
  void replicasThatLearnTheSameInAnyOrderAgree() {
    Random random = new Random(5);
    for (int round = 0; round < 200; round++) {
      List<Revocation> said = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        said.add(
            new Revocation(
                of(Kind.SUBJECT, "ann").key(),
                1000 + random.nextInt(3),
                NOW.plusSeconds(10 + random.nextInt(3)),
                false,
                random.nextInt(3)));
      }
      said.add(withdrawn(said.getFirst(), 3 + random.nextInt(2)));
      RevocationSet one = new RevocationSet(10);
      RevocationSet other = new RevocationSet(10);
      said.forEach(each -> one.add(each, NOW));
      Collections.shuffle(said, random);
      said.forEach(each -> other.add(each, NOW));
      // Each learns what the other made of it, as replicas do.
      one.after(0, 10).revocations().forEach(each -> other.add(each, NOW));
      other.after(0, 10).revocations().forEach(each -> one.add(each, NOW));
      assertThat(one.after(0, 10).revocations()).isEqualTo(other.after(0, 10).revocations());
    }
  }

  @Test
  void changesComeInPages() {
    set.add(of(Kind.TOKEN, "t1"), NOW);
    set.add(of(Kind.TOKEN, "t2"), NOW);
    set.add(withdrawn(of(Kind.TOKEN, "t1"), 1), NOW);
    RevocationSet.Changes first = set.after(0, 1);
    assertThat(first.more()).isTrue();
    assertThat(first.revocations()).containsExactly(of(Kind.TOKEN, "t2"));
    RevocationSet.Changes second = set.after(first.last(), 1);
    assertThat(second.more()).isFalse();
    assertThat(second.revocations()).containsExactly(withdrawn(of(Kind.TOKEN, "t1"), 1));
    assertThat(set.after(second.last(), 1).revocations()).isEmpty();
  }

  @Test
  void aWordCountsMoreThanOneByAClockThatIsAhead() {
    Revocation lost = of(Kind.TOKEN, "t1");
    Revocation ahead = withdrawn(lost, 300_000);
    set.add(ahead, NOW);
    Revocation again =
        new Revocation(
            lost.key(), lost.issuedBefore(), lost.expires(), false, Revocation.after(ahead, NOW));
    assertThat(set.add(again, NOW)).isEqualTo(Added.CHANGED);
    assertThat(revoked(token(ISSUER, "ann", "jti", "t1"))).isTrue();
    assertThat(Revocation.after(null, NOW)).isEqualTo(NOW.toEpochMilli());
    assertThat(Revocation.after(lost, NOW.plusSeconds(1))).isEqualTo(NOW.toEpochMilli() + 1000);
  }

  @Test
  void aWithdrawalFromFarAheadIsNone() {
    set.add(of(Kind.TOKEN, "t1"), NOW);
    assertThat(set.add(withdrawn(of(Kind.TOKEN, "t1"), 600_001), NOW)).isEqualTo(Added.KNOWN);
    assertThat(revoked(token(ISSUER, "ann", "jti", "t1"))).isTrue();
    assertThat(set.add(withdrawn(of(Kind.TOKEN, "t1"), 600_000), NOW)).isEqualTo(Added.CHANGED);
  }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.probe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.codec.probe.ProbeAnswer;
import dev.portcullis.codec.probe.ProbeKey;
import dev.portcullis.codec.probe.ProbeQuestion;
import dev.portcullis.fleet.PodName;
import dev.portcullis.operator.identity.CertificateAuthority;
import dev.portcullis.operator.identity.CurrentTrust;
import dev.portcullis.operator.identity.Trust;
import dev.portcullis.policy.identity.SpiffeId;
import dev.portcullis.policy.plan.RouteId;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Only a gate that is what it should be holds, whoever else may answer. */
final class GateProbeTest {
  private static final SpiffeId OPERATOR =
      new SpiffeId("cluster.local", "portcullis-system", "operator");
  private static final SpiffeId POD = new SpiffeId("cluster.local", "shop", "orders");
  private static final ProbeAnswer RIGHT =
      new ProbeAnswer("shop/orders", "v1", OPERATOR.toString());

  private final CertificateAuthority authority = CertificateAuthority.create(Clock.systemUTC());
  private final CurrentTrust trust = new CurrentTrust(Trust.in(authority));
  private final ProbeKeys keys = new ProbeKeys(trust);
  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();

  /** A machine with much else to do must not fail these tests. */
  private final GateProbe probe = probe(Duration.ofSeconds(30));

  private GateProbe probe(Duration deadline) {
    ProbeIdentity identity = new ProbeIdentity(trust, OPERATOR, Clock.systemUTC());
    return new GateProbe(keys, identity, timer, Clock.systemUTC(), deadline);
  }

  @AfterEach
  void stop() {
    timer.shutdownNow();
  }

  @Test
  void holdsWhenAllIsRight() throws Exception {
    try (Answerer gate = Answerer.mutual(authority, POD, signed(RIGHT))) {
      assertThat(probe.probe(gate(gate.port(), true))).isEqualTo(new ProbeOutcome.Held());
    }
    try (Answerer gate = Answerer.plain(signed(new ProbeAnswer("shop/orders", "v1", "")))) {
      assertThat(probe.probe(gate(gate.port(), false))).isEqualTo(new ProbeOutcome.Held());
    }
  }

  @Test
  void knowsWhomItMeets() throws Exception {
    SpiffeId other = new SpiffeId("cluster.local", "shop", "carts");
    try (Answerer gate = Answerer.mutual(authority, other, signed(RIGHT))) {
      assertThat(probe.probe(gate(gate.port(), true)).words()).contains(other + " instead of");
    }
    CertificateAuthority stranger = CertificateAuthority.create(Clock.systemUTC());
    try (Answerer gate = Answerer.mutual(stranger, POD, signed(RIGHT))) {
      assertThat(probe.probe(gate(gate.port(), true)))
          .isInstanceOf(ProbeOutcome.WrongIdentity.class);
    }
    try (Answerer gate = Answerer.plain(signed(RIGHT))) {
      assertThat(probe.probe(gate(gate.port(), true))).isInstanceOf(ProbeOutcome.NoGate.class);
    }
    // An application that takes the question to a real gate cannot do it as the operator.
    ProbeAnswer relayed = new ProbeAnswer("shop/orders", "v1", POD.toString());
    try (Answerer gate = Answerer.mutual(authority, POD, signed(relayed))) {
      assertThat(probe.probe(gate(gate.port(), true)).words()).contains("takes the operator for");
    }
  }

  @Test
  void followsTheRoots() throws Exception {
    CertificateAuthority next = CertificateAuthority.create(Clock.systemUTC());
    probe.probe(gate(1, true));
    trust.set(new Trust(next, List.of(authority.certificate(), next.certificate())));
    try (Answerer gate = Answerer.mutual(next, POD, signed(RIGHT))) {
      assertThat(probe.probe(gate(gate.port(), true))).isEqualTo(new ProbeOutcome.Held());
    }
  }

  @Test
  void tellsWhatIsDecidedThere() throws Exception {
    try (Answerer gate = Answerer.plain(signed(new ProbeAnswer("shop/carts", "v1", "")))) {
      assertThat(probe.probe(gate(gate.port(), false)))
          .isEqualTo(new ProbeOutcome.WrongRoute("shop/carts"));
    }
    try (Answerer gate = Answerer.plain(signed(new ProbeAnswer("shop/orders", "v0", "")))) {
      assertThat(probe.probe(gate(gate.port(), false)))
          .isEqualTo(new ProbeOutcome.WrongVersion("v0"));
    }
  }

  @Test
  void believesNobodyWithoutTheKey() throws Exception {
    Random random = new Random(22);
    String[] seen = new String[1];
    UnaryOperator<String> records =
        path -> {
          String response = signed(new ProbeAnswer("shop/orders", "v1", "")).apply(path);
          seen[0] = response;
          return response;
        };
    try (Answerer gate = Answerer.plain(records)) {
      assertThat(probe.probe(gate(gate.port(), false))).isEqualTo(new ProbeOutcome.Held());
    }
    for (int i = 0; i < 300; i++) {
      String forged =
          switch (i % 5) {
            case 0 -> seen[0]; // the answer to another probe
            case 1 -> "HTTP/1.1 403 Forbidden\r\n\r\n";
            case 2 -> "HTTP/1.1 200 OK\r\nx-portcullis-probe: " + "a".repeat(100) + "\r\n\r\n";
            case 3 -> "x".repeat(random.nextInt(40_000));
            default -> mixed(seen[0], random);
          };
      try (Answerer gate = Answerer.plain(_ -> forged)) {
        assertThat(probe.probe(gate(gate.port(), false)))
            .as(forged)
            .isInstanceOfAny(ProbeOutcome.NoGate.class, ProbeOutcome.Unreachable.class);
      }
    }
    // What says yes and lets the request pass is no gate either.
    try (Answerer gate =
        Answerer.plain(path ->
            signed(new ProbeAnswer("shop/orders", "v1", "")).apply(path).replace("403", "200"))) {
      assertThat(probe.probe(gate(gate.port(), false))).isInstanceOf(ProbeOutcome.NoGate.class);
    }
  }

  @Test
  void doesNotWaitForEver() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      assertThat(probe(Duration.ofSeconds(1)).probe(gate(silent.getLocalPort(), true)))
          .isEqualTo(new ProbeOutcome.Unreachable("not within 1 s"));
    }
    assertThat(probe.probe(gate(1, true)).words()).contains("does not answer");
  }

  @Test
  void findsTheWayAround() throws Exception {
    try (Answerer gate = Answerer.plain(signed(new ProbeAnswer("shop/orders", "v1", "")))) {
      Gate open;
      try (ServerSocket application = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
        open = gate(gate.port(), OptionalInt.of(application.getLocalPort()), false);
        assertThat(probe.probe(open))
            .isEqualTo(new ProbeOutcome.Bypassable(application.getLocalPort()));
      }
      assertThat(probe.probe(open)).isEqualTo(new ProbeOutcome.Held());
    }
  }

  private static String mixed(String text, Random random) {
    StringBuilder mixed = new StringBuilder(text);
    int from = text.indexOf(": ") + 2;
    for (int i = 0; i < 3; i++) {
      mixed.setCharAt(random.nextInt(from, text.length() - 4), (char) random.nextInt('A', 'z'));
    }
    return mixed.toString();
  }

  /** What a decision service with the key says. */
  private UnaryOperator<String> signed(ProbeAnswer answer) {
    List<ProbeKey> known = keys.keys();
    return path ->
        "HTTP/1.1 403 Forbidden\r\n"
            + ProbeAnswer.HEADER
            + ": "
            + ProbeQuestion.in(path, known, Clock.systemUTC().instant())
                .map(answer::to)
                .orElse("no question")
            + "\r\n\r\n";
  }

  private static Gate gate(int port, boolean mutualTls) {
    return gate(port, OptionalInt.empty(), mutualTls);
  }

  private static Gate gate(int port, OptionalInt bypass, boolean mutualTls) {
    return new Gate(
        new PodName("shop", "orders-1", "uid"),
        "127.0.0.1",
        POD,
        8080,
        port,
        bypass,
        mutualTls,
        RouteId.of("shop", "orders", null),
        "v1");
  }
}

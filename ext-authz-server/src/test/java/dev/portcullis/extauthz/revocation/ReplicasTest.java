// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.revocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.common.net.HostAndPort;
import dev.portcullis.engine.revocation.Revocation;
import dev.portcullis.engine.revocation.RevocationKey;
import dev.portcullis.engine.revocation.RevocationSet;
import dev.portcullis.extauthz.stream.TestCa;
import dev.portcullis.parts.FreePorts;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Other replicas behind a name that DNS does not always know. */
@Timeout(60)
final class ReplicasTest {
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final List<Revocation> WORD =
      List.of(
          new Revocation(
              new RevocationKey(RevocationKey.Kind.TOKEN, "", "https://idp.example.com/", "t1"),
              Revocation.ALL,
              Instant.ofEpochSecond(4_000_000_000L),
              false,
              1));

  @TempDir Path directory;

  private Replicas replicas(Replicas.Resolver resolver) throws Exception {
    Path authority = new TestCa().writeAuthority(directory.resolve("ca.crt"));
    Path token = Files.writeString(directory.resolve("token"), "a-token-of-those-who-revoke");
    int closed = FreePorts.next();
    return new Replicas(
        "us",
        List.of(
            new ReplicaClient(
                HostAndPort.fromParts("replicas.test", closed), authority, new TokenFile(token))),
        new RevocationSet(10),
        InstantSource.system(),
        resolver);
  }

  @Test
  void othersAreNotForgottenBecauseDnsFails() throws Exception {
    AtomicInteger looks = new AtomicInteger();
    try (Replicas replicas =
        replicas(name -> {
          assertThat(name).isEqualTo("replicas.test");
          if (looks.incrementAndGet() > 1) {
            throw new UnknownHostException(name);
          }
          return new InetAddress[] {InetAddress.getLoopbackAddress()};
        })) {
      // Two looks after the first one that failed have begun: it is over.
      await().atMost(LONG).until(() -> looks.get() > 3);
      assertThat(replicas.unreachable()).as("the other and the name").isEqualTo(2);
      assertThat(replicas.tell(WORD)).isEqualTo(new Replicas.Told(2, 0));
    }
  }

  @Test
  void whoIsBehindANameThatDnsDoesNotKnowIsNotTold() throws Exception {
    try (Replicas replicas =
        replicas(name -> {
          throw new UnknownHostException(name);
        })) {
      assertThat(replicas.unreachable()).isEqualTo(1);
      assertThat(replicas.tell(WORD)).isEqualTo(new Replicas.Told(1, 0));
      assertThat(replicas.awaitCaughtUp(Duration.ofMillis(10))).isFalse();
    }
  }

  @Test
  void whoIsGoneFromTheNameIsForgotten() throws Exception {
    AtomicInteger looks = new AtomicInteger();
    try (Replicas replicas =
        replicas(name ->
            looks.incrementAndGet() > 1
                ? new InetAddress[0]
                : new InetAddress[] {InetAddress.getLoopbackAddress()})) {
      await().atMost(LONG).until(() -> looks.get() > 3);
      assertThat(replicas.unreachable()).isEqualTo(0);
      assertThat(replicas.tell(WORD)).isEqualTo(Replicas.Told.NOBODY);
    }
  }
}

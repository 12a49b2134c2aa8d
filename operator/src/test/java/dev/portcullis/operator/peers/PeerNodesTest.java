// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.peers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.codec.observation.Observations;
import dev.portcullis.operator.identity.Identity;
import dev.portcullis.operator.identity.Role;
import dev.portcullis.operator.peers.NodeReport.Answers;
import dev.portcullis.operator.xds.ConnectedNode;
import dev.portcullis.operator.xds.NodeDirectory;
import dev.portcullis.operator.xds.NodeKey;
import dev.portcullis.operator.xds.Registration;
import dev.portcullis.operator.xds.ResourceType;
import io.envoyproxy.envoy.config.core.v3.Node;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PeerNodesTest {
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private final PeerNodes nodes = new PeerNodes(3, clock());

  @Test
  void isHeardWhenItHasSaidAllAndNotBefore() {
    nodes.begins();
    nodes.says("node/a", report("a", "1", true));
    assertThat(nodes.heard()).isFalse();
    nodes.summary(new ReportCodec.Summary("one", 2, false));
    assertThat(nodes.heard()).isFalse();
    nodes.says("node/b", report("b", "1", true));
    assertThat(nodes.heard()).isTrue();
    nodes.forgets("node/b");
    assertThat(nodes.heard()).as("once it has, it goes on").isTrue();
    assertThat(nodes.registrations()).hasSize(1);
  }

  @Test
  void keepsANodeAsTheSameWhileItsAnswersChange() {
    ConnectedNode first = saysAll("1");
    assertThat(first.held().versions(ResourceType.CLUSTER)).containsEntry("c", "1");
    nodes.says("node/a", report("a", "2", true));
    assertThat(only().node()).isSameAs(first);
    assertThat(first.held().versions(ResourceType.CLUSTER)).containsEntry("c", "2");
  }

  @Test
  void losesItsNodesFromTheMomentThatItFallsSilentAndForgetsThemLater() {
    ConnectedNode node = saysAll("1");
    Instant silent = now;
    nodes.ends();
    pass(Duration.ofSeconds(20));
    nodes.ends();
    assertThat(only()).isEqualTo(new Registration(node, silent));
    assertThat(nodes.silentSince()).isEqualTo(silent);
    pass(NodeDirectory.REMEMBERED);
    assertThat(nodes.registrations()).isEmpty();
  }

  @Test
  void takesItsNodesBackWhenItSpeaksAgainAndDropsThoseItDoesNotSpeakOf() {
    nodes.begins();
    nodes.says("node/a", report("a", "1", true));
    nodes.says("node/b", report("b", "1", true));
    nodes.summary(new ReportCodec.Summary("one", 2, false));
    nodes.ends();
    nodes.begins();
    assertThat(nodes.registrations()).hasSize(2).noneMatch(Registration::connected);
    nodes.says("node/b", report("b", "2", true));
    nodes.summary(new ReportCodec.Summary("one", 1, false));
    assertThat(nodes.heard()).isTrue();
    assertThat(only().node().key().id()).isEqualTo("b");
    assertThat(only().connected()).isTrue();
  }

  @Test
  void countsFromWhenItHeardThatANodeIsLostWhateverAnothersClockSays() {
    saysAll("1");
    pass(Duration.ofSeconds(7));
    Instant lost = now;
    nodes.says("node/a", report("a", "1", false));
    pass(Duration.ofSeconds(7));
    nodes.says("node/a", report("a", "1", false));
    assertThat(only().lostAt()).isEqualTo(lost);
  }

  @Test
  void keepsInMindThatItSaidItGoesUntilItSpeaksAgain() {
    nodes.begins();
    nodes.summary(new ReportCodec.Summary("one", 0, true));
    nodes.ends();
    nodes.begins();
    assertThat(nodes.leaves()).isTrue();
    assertThat(nodes.replica()).isEqualTo("one");
    nodes.summary(new ReportCodec.Summary("one", 0, false));
    assertThat(nodes.leaves()).isFalse();
  }

  @Test
  void takesNoMoreNodesThanItMay() {
    for (String id : new String[] {"a", "b", "c"}) {
      assertThat(nodes.says("node/" + id, report(id, "1", true))).isTrue();
    }
    assertThat(nodes.says("node/d", report("d", "1", true))).isFalse();
    nodes.summary(new ReportCodec.Summary("one", 4, false));
    assertThat(nodes.heard()).as("not all is known").isFalse();
  }

  private ConnectedNode saysAll(String version) {
    nodes.begins();
    nodes.says("node/a", report("a", version, true));
    nodes.summary(new ReportCodec.Summary("one", 1, false));
    return only().node();
  }

  private Registration only() {
    assertThat(nodes.registrations()).hasSize(1);
    return nodes.registrations().getFirst();
  }

  private static NodeReport report(String id, String version, boolean connected) {
    return new NodeReport(
        new NodeKey(new Identity("gateway"), id),
        Role.GATEWAY,
        Node.newBuilder().setId(id).build(),
        connected,
        Map.of(ResourceType.CLUSTER, new Answers(Map.of("c", version), Map.of())),
        Observations.NONE);
  }

  private void pass(Duration time) {
    now = now.plus(time);
  }

  private Clock clock() {
    return new Clock() {
      @Override
      public Instant instant() {
        return now;
      }

      @Override
      public ZoneId getZone() {
        return ZoneId.of("UTC");
      }

      @Override
      public Clock withZone(ZoneId zone) {
        return this;
      }
    };
  }
}

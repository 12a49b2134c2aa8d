// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.portcullis.codec.observation.KeySetTrouble;
import dev.portcullis.codec.observation.Observations;
import dev.portcullis.operator.identity.BoundPod;
import dev.portcullis.operator.identity.Identity;
import dev.portcullis.operator.identity.Role;
import dev.portcullis.operator.peers.NodeReport.Answers;
import dev.portcullis.operator.xds.ConnectedNode;
import dev.portcullis.operator.xds.NodeKey;
import dev.portcullis.operator.xds.Registration;
import dev.portcullis.operator.xds.Rejection;
import dev.portcullis.operator.xds.ResourceType;
import io.envoyproxy.envoy.config.core.v3.Node;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ReportCodecTest {

  @Test
  void readsWhatItWrote() {
    ConnectedNode sidecar =
        node(
            new Identity("system:serviceaccount:shop:orders", new BoundPod("orders-1", "u-1", "n")),
            Role.SIDECAR);
    sidecar
        .held()
        .replace(
            ResourceType.LISTENER,
            Map.of("inbound", "aa", "outbound", "bb"),
            Map.of("bad", new Rejection("cc", "no \"such\" filter")));
    sidecar.held().replace(ResourceType.SECRET, Map.of("portcullis/identity", "dd"), Map.of());
    NodeReport report = NodeReport.of(new Registration(sidecar, null));
    NodeReport read = ReportCodec.read(ReportCodec.write(report));
    assertThat(read).isEqualTo(report);
    assertThat(read.connected()).isTrue();
    assertThat(read.types()).as("certificates are each operator's own").hasSize(1);
    assertThat(ReportCodec.write(read))
        .as("as the same bytes")
        .isEqualTo(ReportCodec.write(report));
  }

  @Test
  void carriesWhatAGatewaySaysOfItselfAndOfOthersOnlyTheId() {
    NodeReport gateway = reread(node(new Identity("gateway"), Role.GATEWAY), null);
    assertThat(gateway.description().getMetadata().getFieldsMap()).containsKey("guards");
    NodeReport decider =
        reread(node(new Identity("ext-authz"), Role.DECISION_SERVICE), Instant.EPOCH);
    assertThat(decider.description().getMetadata().getFieldsMap()).isEmpty();
    assertThat(decider.connected()).isFalse();
    assertThat(decider.key().identity().pod()).isNull();
  }

  @Test
  void passesOverWhatANewerOperatorSaysBeyondThat() {
    NodeReport report = reread(node(new Identity("gateway"), Role.GATEWAY), null);
    String json = new String(ReportCodec.write(report), StandardCharsets.UTF_8);
    String newer =
        json.replace(
            "\"types\":{", "\"mood\":\"good\",\"types\":{\"LATER\":{\"held\":{\"x\":\"y\"}},");
    assertThat(newer).isNotEqualTo(json);
    assertThat(ReportCodec.read(newer.getBytes(StandardCharsets.UTF_8)))
        .isEqualTo(
            new NodeReport(
                report.key(),
                report.role(),
                report.description(),
                true,
                Map.of(ResourceType.CLUSTER, new Answers(Map.of("c", "1"), Map.of())),
                Observations.NONE));
  }

  @Test
  void carriesWhatADecisionServiceSaw() {
    ConnectedNode decider = node(new Identity("ext-authz"), Role.DECISION_SERVICE);
    Observations seen =
        new Observations(
            new TreeMap<>(Map.of("https://idp/jwks", new KeySetTrouble(true, "refused"))),
            new TreeMap<>(Map.of("shop/acme", Instant.parse("2026-11-22T20:00:00Z"))));
    decider.observed().replace(seen);
    assertThat(reread(decider, null).observed()).isEqualTo(seen);
  }

  @Test
  void refusesWhatIsNoReport() {
    for (String text :
        new String[] {
          "",
          "{",
          "[]",
          "{}",
          "{\"user\":\"a\",\"id\":\"b\",\"role\":\"OPERATOR\",\"description\":\"\"}",
          "{\"user\":\"a\",\"id\":\"b\",\"role\":\"KING\",\"description\":\"\"}",
          "{\"user\":\"a\",\"id\":\"b\",\"role\":\"GATEWAY\",\"description\":\"%%\"}",
          "{\"user\":{},\"id\":\"b\",\"role\":\"GATEWAY\",\"description\":\"\"}"
        }) {
      assertThatIllegalArgumentException()
          .as(text)
          .isThrownBy(() -> ReportCodec.read(text.getBytes(StandardCharsets.UTF_8)));
    }
  }

  private static NodeReport reread(ConnectedNode node, @Nullable Instant lostAt) {
    return ReportCodec.read(ReportCodec.write(NodeReport.of(new Registration(node, lostAt))));
  }

  private static ConnectedNode node(Identity identity, Role role) {
    Node description =
        Node.newBuilder()
            .setId("the-id")
            .setUserAgentName("envoy")
            .setMetadata(
                Struct.newBuilder()
                    .putFields("guards", Value.newBuilder().setStringValue("x").build()))
            .build();
    ConnectedNode node =
        ConnectedNode.elsewhere(new NodeKey(identity, "the-id"), role, description);
    node.held().replace(ResourceType.CLUSTER, Map.of("c", "1"), Map.of());
    if (role == Role.SIDECAR) {
      node.held().replace(ResourceType.CLUSTER, Map.of(), Map.of());
    }
    return node;
  }
}

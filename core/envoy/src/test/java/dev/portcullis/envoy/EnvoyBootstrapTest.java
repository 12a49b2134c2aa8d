// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portcullis.envoy.Upstream.Protocol;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EnvoyBootstrapTest {
  private static final ProxyNode NODE =
      new ProxyNode("n", "c", new HostPort("127.0.0.1", 9901), ProxyNode.DEFAULT_HEAP_BYTES);

  @TempDir Path directory;

  @Test
  void refersToTheTokenAndHoldsNone() throws IOException {
    Path token = Files.writeString(directory.resolve("token"), "very-secret");
    OperatorAccess access =
        new OperatorAccess(
            new HostPort("127.0.0.1", 18000), "operator", directory.resolve("ca.pem"), token);
    HostPort any = new HostPort("127.0.0.1", 1);
    GatewaySpec spec =
        new GatewaySpec(
            any, List.of(any), List.of(new Upstream("shop", "orders", null, any, Protocol.HTTP1)));
    EnvoyFiles files = EnvoyBootstrap.forOperator(NODE, spec, access, directory);
    assertThat(files.contents())
        .containsOnlyKeys(EnvoyBootstrap.FILE, "operator-ca.json", "operator-token.json")
        .allSatisfy((_, text) -> assertThat(text).doesNotContain("very-secret"));
    assertThat(files.contents().get("operator-token.json")).contains(token.toString());
  }

  @Test
  void keepsTheAdminInterfaceToItself() {
    assertThatThrownBy(() ->
            new ProxyNode("n", "c", new HostPort("0.0.0.0", 9901), ProxyNode.DEFAULT_HEAP_BYTES))
        .hasMessageContaining("loopback only, not on 0.0.0.0:9901");
    assertThatThrownBy(() ->
            new ProxyNode(
                "n", "c", new HostPort("127.evil.example", 9901), ProxyNode.DEFAULT_HEAP_BYTES))
        .hasMessageContaining("loopback only");
  }

  @Test
  void writesOnlyWhatChangedAndLeavesNothingElse() throws IOException {
    files("one", "two").write();
    FileTime longAgo = FileTime.from(Instant.EPOCH);
    Files.setLastModifiedTime(directory.resolve("a.json"), longAgo);
    files("one", "three").write();
    assertThat(Files.getLastModifiedTime(directory.resolve("a.json"))).isEqualTo(longAgo);
    assertThat(directory.resolve("b.json")).hasContent("three");
    try (Stream<Path> left = Files.list(directory)) {
      assertThat(left).hasSize(2);
    }
  }

  private EnvoyFiles files(String a, String b) {
    return new EnvoyFiles(directory, new TreeMap<>(Map.of("a.json", a, "b.json", b)));
  }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class SidecarBootstrapTest {
  private static final Path IDENTITY = Path.of("/var/run/portcullis/identity");
  private static final Path RUN = Path.of("/run/portcullis");
  private static final ProbeForward READY =
      new ProbeForward("app/readiness", ProbeForward.How.HTTP, 8080, "/ready?deep=1", 2);

  @Test
  void isOneLine() {
    assertThat(bootstrap("a-word-of-tests-", List.of(READY)).json())
        .doesNotContain("\n")
        .contains("$(POD_NAMESPACE)/$(POD_NAME)");
  }

  @Test
  void asksTheApplicationForItsOwnPath() {
    assertThat(bootstrap("a-word-of-tests-", List.of(READY)).json())
        .contains("\"path\":\"/probe/a-word-of-tests-/app/readiness\"")
        .contains("\"substitution\":\"/ready?deep\\u003d1\"");
  }

  @Test
  void refusesAWordThatCanBeGuessed() {
    assertThatThrownBy(() -> bootstrap("short", List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("16 to 64");
  }

  @Test
  void refusesAProbePathThatHoldsALineEnd() {
    assertThatThrownBy(
            () -> new ProbeForward("app/readiness", ProbeForward.How.HTTP, 8080, "/a\r\nb", 1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  static SidecarBootstrap bootstrap(String word, List<ProbeForward> probes) {
    return new SidecarBootstrap(
        "$(POD_NAMESPACE)/$(POD_NAME)",
        new OperatorAccess(
            new HostPort("operator.portcullis-system.svc", 18000),
            "operator.portcullis-system.svc",
            IDENTITY.resolve("ca.crt"),
            IDENTITY.resolve("token")),
        IDENTITY,
        RUN,
        word,
        probes,
        ProxyNode.DEFAULT_HEAP_BYTES);
  }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.parts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ApiServerIT {

  @Test
  void servesOurKindsAndLeavesNothingBehind() {
    Path kubeconfig;
    ChildProcess process;
    try (var kubernetes = ApiServer.start()) {
      kubernetes.applyCrds();
      assertThat(kubernetes.kubectl("api-resources", "--api-group=portcullis.dev").orThrow())
          .contains("apipol", "rlpol", "botpol", "apikey");
      kubeconfig = kubernetes.kubeconfigFile();
      process = kubernetes.process();
      assertThat(kubeconfig).exists();
      assertThat(process.isAlive()).isTrue();
    }
    assertThat(process.isAlive()).isFalse();
    assertThat(Files.exists(kubeconfig.getParent())).isFalse();
  }

  @Test
  void saysWhyItDoesNotStart() {
    assertThatThrownBy(() -> ApiServer.start(flags -> flags.add("--no-such-flag")))
        .isInstanceOf(PartsException.class)
        .hasMessageContaining("kube-apiserver ended while starting")
        .hasMessageContaining("unknown flag: --no-such-flag");
  }
}

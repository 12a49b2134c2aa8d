// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.explain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.parts.Home;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

final class DecisionServicePodsTest {

  @Test
  void looksForWhatTheChartInstalls() throws IOException {
    String chart = Files.readString(Home.directory().resolve("charts/golden/default.yaml"));
    List<Deployment> deployments =
        Arrays.stream(chart.split("(?m)^---$"))
            .filter(document -> document.contains("kind: Deployment"))
            .map(document -> Serialization.unmarshal(document, Deployment.class))
            .filter(each -> each.getMetadata().getName().equals("ext-authz"))
            .toList();

    assertThat(deployments).hasSize(1);
    assertThat(deployments.getFirst().getSpec().getTemplate().getMetadata().getLabels())
        .containsAllEntriesOf(DecisionServicePods.LABELS);
  }
}

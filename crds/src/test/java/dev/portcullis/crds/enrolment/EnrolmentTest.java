// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.crds.enrolment;

import static dev.portcullis.crds.enrolment.Enrolment.ALL_PODS;
import static dev.portcullis.crds.enrolment.Enrolment.CHOSEN_PODS;
import static dev.portcullis.crds.enrolment.Enrolment.NONE;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class EnrolmentTest {
  @Test
  void readsWhatANamespaceSays() {
    assertThat(Enrolment.of(new NamespaceBuilder().withNewMetadata().endMetadata().build()))
        .isEqualTo(NONE);
    assertThat(Enrolment.of(namespace(Map.of("portcullis.dev/inject", "enabled"))))
        .isEqualTo(ALL_PODS);
    assertThat(Enrolment.of(namespace(Map.of("portcullis.dev/revision", "before"))))
        .isEqualTo(ALL_PODS);
    assertThat(
            Enrolment.of(
                namespace(
                    Map.of(
                        "portcullis.dev/inject", "disabled",
                        "portcullis.dev/revision", "before"))))
        .isEqualTo(NONE);
    assertThat(
            Enrolment.of(
                namespace(
                    Map.of("portcullis.dev/inject", "pods", "portcullis.dev/revision", "before"))))
        .isEqualTo(CHOSEN_PODS);
  }

  @Test
  void knowsTheRevision() {
    assertThat(Enrolment.revision(namespace(Map.of("portcullis.dev/inject", "enabled"))))
        .isEqualTo("default");
    assertThat(Enrolment.revision(namespace(Map.of("portcullis.dev/revision", "before"))))
        .isEqualTo("before");
  }

  @Test
  void guardsPodsThatAskOrAllOfThem() {
    Pod asks = pod("enabled");
    Pod leftOut = pod("disabled");
    Pod silent = new PodBuilder().withNewMetadata().endMetadata().build();

    assertThat(CHOSEN_PODS.guards(asks)).isTrue();
    assertThat(CHOSEN_PODS.guards(silent)).isFalse();
    assertThat(CHOSEN_PODS.guards(leftOut)).isFalse();
    assertThat(ALL_PODS.guards(silent)).isTrue();
    assertThat(ALL_PODS.guards(leftOut)).isTrue();
    assertThat(NONE.guards(asks)).isFalse();
  }

  private static Namespace namespace(Map<String, String> labels) {
    return new NamespaceBuilder().withNewMetadata().withLabels(labels).endMetadata().build();
  }

  private static Pod pod(String inject) {
    return new PodBuilder()
        .withNewMetadata()
        .withLabels(Map.of("portcullis.dev/inject", inject))
        .endMetadata()
        .build();
  }
}

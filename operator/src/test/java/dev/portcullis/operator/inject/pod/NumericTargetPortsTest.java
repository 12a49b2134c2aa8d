// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.inject.pod;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Services that lead around the sidecars of pods whose ports were moved. */
final class NumericTargetPortsTest {
  private static final Map<String, String> LABELS = Map.of("app", "web", "tier", "front");
  private static final String PORTS = "[{\"name\":\"http\",\"app\":8080,\"listen\":20000}]";

  @Test
  void findsANumberWhoseNameWasMoved() {
    assertThat(findings(service("web", new IntOrString(8080), "TCP"), PORTS))
        .singleElement()
        .extracting(NumericTargetPorts.Finding::message)
        .isEqualTo(
            "Service web port 80 leads to number 8080, around the sidecar; set targetPort: http");
  }

  @Test
  void takesTheServicesOwnNumberWhereNoTargetIsSaid() {
    String moved = "[{\"name\":\"http\",\"app\":80,\"listen\":20000}]";
    assertThat(findings(service("web", null, null), moved)).hasSize(1);
  }

  @Test
  void findsNothingWrongWithNames() {
    assertThat(findings(service("web", new IntOrString("http"), "TCP"), PORTS)).isEmpty();
  }

  @Test
  void looksAtServicesThatSelectThePodOnly() {
    assertThat(findings(service("other", new IntOrString(8080), "TCP"), PORTS)).isEmpty();
  }

  @Test
  void leavesOtherPortsAndProtocolsAlone() {
    assertThat(findings(service("web", new IntOrString(9090), "TCP"), PORTS)).isEmpty();
    assertThat(findings(service("web", new IntOrString(8080), "UDP"), PORTS)).isEmpty();
  }

  @Test
  void readsNothingOutOfAnAnnotationThatIsNotOurs() {
    Service service = service("web", new IntOrString(8080), "TCP");
    for (String annotation :
        List.of("", "not json", "[{\"name\":\"http\",\"app\":8080,\"listen\":1}]", "{}", "[7]")) {
      assertThat(findings(service, annotation)).as(annotation).isEmpty();
    }
  }

  private static List<NumericTargetPorts.Finding> findings(Service service, String ports) {
    return NumericTargetPorts.of(List.of(service), LABELS, ports);
  }

  private static Service service(
      String app, @Nullable IntOrString target, @Nullable String protocol) {
    return new ServiceBuilder()
        .withNewMetadata()
        .withName("web")
        .endMetadata()
        .withNewSpec()
        .addToSelector("app", app)
        .addNewPort()
        .withPort(80)
        .withTargetPort(target)
        .withProtocol(protocol)
        .endPort()
        .endSpec()
        .build();
  }
}

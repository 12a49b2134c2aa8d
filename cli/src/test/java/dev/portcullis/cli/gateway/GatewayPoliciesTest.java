// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.compiler.KnownTrust;
import dev.portcullis.compiler.diagnostic.Diagnostic;
import dev.portcullis.compiler.diagnostic.DiagnosticCode;
import dev.portcullis.policy.plan.GuardedRoute;
import dev.portcullis.policy.plan.RouteId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GatewayPoliciesTest {
  private static final RouteId ROUTE = RouteId.of("shop", "orders", null);
  private static final String POLICY =
      """
      apiVersion: portcullis.dev/v1alpha1
      kind: ApiPolicy
      metadata: {name: orders, namespace: shop}
      spec:
        targetRefs: [{kind: Service, name: orders}]
        authentication: {methods: [{name: public, anonymous: {}}]}
        request: {maxBodyBytes: %d}
      """;

  @TempDir Path directory;
  private Path file;
  private GatewayPolicies policies;

  @BeforeEach
  void readOnce() throws IOException {
    Path folder = Files.createDirectory(directory.resolve("policies"));
    file = folder.resolve("orders.yaml");
    Files.writeString(file, POLICY.formatted(1000));
    policies =
        new GatewayPolicies(
            List.of(folder),
            List.of(GuardedService.parse("shop/orders=127.0.0.1:1")),
            new KnownTrust.NoTls());
    assertThat(policies.read())
        .hasValueSatisfying(first -> {
          assertThat(first.diagnostics()).isEmpty();
          assertThat(maxBody(first)).isEqualTo(1000);
        });
  }

  @Test
  void isSilentWhileNothingChanges() {
    assertThat(policies.read()).isEmpty();
    assertThat(policies.unsettled()).isFalse();
  }

  @Test
  void takesAChangeUpWhenItWasSeenTwice() throws IOException {
    Files.writeString(file, POLICY.formatted(2000));
    assertThat(policies.read()).isEmpty();
    assertThat(policies.unsettled()).isTrue();
    assertThat(policies.read()).hasValueSatisfying(now -> assertThat(maxBody(now)).isEqualTo(2000));
    assertThat(policies.read()).isEmpty();
  }

  @Test
  void guardsTheServicesOfANamespaceThatAPolicyTargets() throws IOException {
    Files.writeString(file, targeting("kind: Namespace, name: shop").formatted(3000));
    policies.read();
    assertThat(policies.read())
        .hasValueSatisfying(now -> {
          assertThat(now.diagnostics()).isEmpty();
          assertThat(maxBody(now)).isEqualTo(3000);
        });
  }

  @Test
  void saysOfAWorkloadThatItHasNoPodsHere() throws IOException {
    Files.writeString(file, targeting("kind: Deployment, name: orders").formatted(3000));
    policies.read();
    assertThat(policies.read())
        .hasValueSatisfying(now -> {
          assertThat(now.diagnostics())
              .extracting(Diagnostic::code)
              .containsExactly(DiagnosticCode.WORKLOAD_NOT_FOUND);
          assertThat(now.result().routes()).isEmpty();
        });
  }

  private static String targeting(String target) {
    return POLICY.replace("kind: Service, name: orders", target);
  }

  @Test
  void passesOverAFileThatIsJustBeingWritten() throws IOException {
    Files.writeString(file, "");
    assertThat(policies.read()).isEmpty();
    Files.writeString(file, POLICY.formatted(1000));
    assertThat(policies.read()).isEmpty();
    assertThat(policies.read()).isEmpty();
  }

  @Test
  void keepsTheLastGoodVersionOfAFileThatBreaks() throws IOException {
    Files.writeString(file, "spec: [");
    GatewayPolicies.Reading broken = change();
    assertThat(broken.hasError()).isTrue();
    assertThat(broken.diagnostics())
        .extracting(Diagnostic::toString)
        .singleElement()
        .asString()
        .contains("orders.yaml:1:");
    assertThat(maxBody(broken)).isEqualTo(1000);
    assertThat(policies.read()).isEmpty();
  }

  @Test
  void keepsTheLastGoodVersionOfAPolicyThatBreaks() throws IOException {
    Files.writeString(file, POLICY.formatted(3000).replace("maxBodyBytes", "maxBodyByte"));
    GatewayPolicies.Reading broken = change();
    assertThat(broken.hasError()).isTrue();
    assertThat(maxBody(broken)).isEqualTo(1000);
    Files.writeString(file, POLICY.formatted(3000));
    GatewayPolicies.Reading mended = change();
    assertThat(mended.hasError()).isFalse();
    assertThat(maxBody(mended)).isEqualTo(3000);
  }

  @Test
  void tellsOfABrokenFileOnlyWhatIsInIt() throws IOException {
    Files.writeString(file, POLICY.formatted(3000).replace("maxBodyBytes", "maxBodyByte"));
    assertThat(change().diagnostics()).hasSize(1);
    Files.writeString(file, "spec: [");
    assertThat(change().diagnostics())
        .extracting(diagnostic -> diagnostic.code().id())
        .containsExactly("PC1002");
  }

  @Test
  void keepsWhatStoodInADirectoryThatIsGone() throws IOException {
    Files.move(directory.resolve("policies"), directory.resolve("elsewhere"));
    GatewayPolicies.Reading gone = change();
    assertThat(gone.hasError()).isTrue();
    assertThat(maxBody(gone)).isEqualTo(1000);
    assertThat(policies.read()).isEmpty();
  }

  @Test
  void forgetsAFileThatWasRemovedOnPurpose() throws IOException {
    Files.delete(file);
    assertThat(change().result().routes()).isEmpty();
  }

  private GatewayPolicies.Reading change() {
    assertThat(policies.read()).isEmpty();
    return policies.read().orElseThrow();
  }

  private static @Nullable Long maxBody(GatewayPolicies.Reading reading) {
    return reading.result().routes().get(ROUTE) instanceof GuardedRoute route
        ? Objects.requireNonNull(route.request()).maxBodyBytes()
        : null;
  }
}

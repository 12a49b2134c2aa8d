// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.inject.pod;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.portcullis.envoy.HostPort;
import dev.portcullis.envoy.SidecarBootstrap;
import io.fabric8.zjsonpatch.JsonPatch;
import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * What becomes of each pod in {@code golden/inject}; and for each, that doing it again does
 * nothing, and that nothing is lost of what stood there.
 */
final class PodInjectorGoldenTest {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final GoldenPods golden = new GoldenPods();
  private final PodInjector injector = new PodInjector(settings());

  /** Bootstraps are told by what they say of a pod; core/envoy has their text. */
  private static InjectionSettings settings() {
    InjectionSettings real =
        InjectionSettings.of(
            "default",
            "registry.example/portcullis/proxy:1.0.0",
            HostPort.parse("operator.portcullis-system.svc:18000"));
    return new InjectionSettings(
        real.revision(), real.proxyImage(), real.operator(), PodInjectorGoldenTest::text);
  }

  private static String text(SidecarBootstrap bootstrap) {
    return "bootstrap: operator "
        + bootstrap.operator().address()
        + ", word "
        + bootstrap.word()
        + ", heap "
        + bootstrap.maxHeapBytes()
        + ", probes "
        + bootstrap.probes();
  }

  @TestFactory
  Stream<DynamicTest> cases() throws IOException {
    return Stream.concat(
        GoldenPods.cases().stream().map(name -> DynamicTest.dynamicTest(name, () -> check(name))),
        Stream.of(DynamicTest.dynamicTest("no file is unused", golden::checkNothingUnused)));
  }

  private void check(String name) throws IOException {
    InjectionRequest request = GoldenPods.request(name);
    JsonNode before = request.pod().deepCopy();

    InjectionResult result = injector.inject(request);

    assertThat(request.pod()).as("the input").isEqualTo(before);
    assertThat(injector.inject(request)).as("the same again").isEqualTo(result);
    golden.check(name, rendered(result));
    if (result instanceof InjectionResult.Injected(ArrayNode patch, var warnings)) {
      checkPatch(request, patch);
      assertThat(warnings).allSatisfy(warning -> assertThat(warning).hasSizeLessThan(257));
    }
  }

  /** The patch is sound for others than us, and what it makes needs none. */
  private void checkPatch(InjectionRequest request, ArrayNode patch) {
    JsonNode after = JsonPatch.apply(patch, request.pod());
    InjectionRequest again =
        new InjectionRequest(after, request.namespaceAnnotations(), "another-word-than-before");
    assertThat(injector.inject(again))
        .isInstanceOfSatisfying(
            InjectionResult.Injected.class,
            injected -> assertThat(injected.patch()).as("the second patch").isEmpty());
    assertThat(after.at("/spec/initContainers/0/name").asText()).startsWith("portcullis-");
  }

  private static ObjectNode rendered(InjectionResult result) {
    ObjectNode out = JSON.objectNode();
    out.put(
        "result",
        switch (result) {
          case InjectionResult.Injected _ -> "injected";
          case InjectionResult.Skipped _ -> "skipped";
          case InjectionResult.Refused(String message) -> "refused: " + message;
        });
    ArrayNode warnings = out.putArray("warnings");
    result.warnings().forEach(warnings::add);
    if (result instanceof InjectionResult.Injected(ArrayNode patch, var _)) {
      out.set("patch", patch);
    }
    return out;
  }
}

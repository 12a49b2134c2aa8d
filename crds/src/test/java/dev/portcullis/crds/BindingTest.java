// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.crds;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.portcullis.crds.v1alpha1.ApiPolicy;
import dev.portcullis.crds.v1alpha1.BotPolicy;
import dev.portcullis.crds.v1alpha1.Mode;
import dev.portcullis.crds.v1alpha1.RateLimitPolicy;
import dev.portcullis.crds.v1alpha1.TargetRef;
import dev.portcullis.crds.v1alpha1.apipolicy.AnonymousMethod;
import dev.portcullis.crds.v1alpha1.apipolicy.FailureMode;
import dev.portcullis.crds.v1alpha1.apipolicy.Rule;
import dev.portcullis.crds.v1alpha1.bot.Profile;
import dev.portcullis.crds.v1alpha1.ratelimit.Quota;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Documents become Java and come back unharmed. */
class BindingTest {

  @TestFactory
  Stream<DynamicTest> validDocumentsSurviveARoundTrip() {
    return ValidationCase.all().stream()
        .filter(one -> one.refusal() == null)
        .map(one -> DynamicTest.dynamicTest(one.name(), () -> roundTrip(one)));
  }

  private static void roundTrip(ValidationCase one) {
    Class<? extends HasMetadata> kind =
        CrdGeneration.KINDS.stream()
            .filter(type -> type.getSimpleName().equals(one.kind()))
            .findFirst()
            .orElseThrow();
    var bound = (CustomResource<?, ?>) bind(one, kind);
    var again = (CustomResource<?, ?>) Serialization.unmarshal(Serialization.asYaml(bound), kind);
    assertThat((Object) again.getSpec()).isEqualTo(bound.getSpec());
    if (one.name().endsWith("valid-spec-everything.yaml")) {
      JsonNode written = Serialization.unmarshal(Serialization.asYaml(bound), JsonNode.class);
      assertThat(written.get("spec")).isEqualTo(one.document().get("spec"));
    }
  }

  private static <T extends HasMetadata> T bind(ValidationCase one, Class<T> kind) {
    return Serialization.unmarshal(Serialization.asYaml(one.document()), kind);
  }

  @Test
  void absentFieldsMeanWhatTheSchemaSays() {
    var spec = bind(ValidationCase.minimal("ApiPolicy"), ApiPolicy.class).getSpec();
    assertThat(spec.targetRefs()).containsExactly(TargetRef.service("orders"));
    assertThat(spec.mode()).isEqualTo(Mode.ENFORCE);
    assertThat(spec.failureMode()).isEqualTo(FailureMode.DENY);
    assertThat(spec.authentication()).isNull();

    var bot = bind(ValidationCase.minimal("BotPolicy"), BotPolicy.class).getSpec();
    assertThat(bot.profile()).isEqualTo(Profile.V1);
    assertThat(bot.match()).isEmpty();
    assertThat(bot.thresholds()).isEmpty();
  }

  @Test
  void namesOfTheWireAreNotNamesOfJava() {
    var spec = bind(ValidationCase.everything("ApiPolicy"), ApiPolicy.class).getSpec();
    var methods = Objects.requireNonNull(spec.authentication()).methods();
    assertThat(methods.getLast().anonymous()).isEqualTo(new AnonymousMethod());
    var rules = Objects.requireNonNull(spec.authorization()).rules();
    assertThat(rules.getFirst().effect()).isEqualTo(Rule.Effect.DENY);

    var limits =
        bind(ValidationCase.everything("RateLimitPolicy"), RateLimitPolicy.class)
            .getSpec()
            .limits();
    assertThat(Objects.requireNonNull(limits.getLast().quota()).per()).isEqualTo(Quota.Period.DAY);
    assertThat(Objects.requireNonNull(limits.getLast().plans().get("gold")).requests())
        .isEqualTo(1_000_000);
  }

  @Test
  void aNewResourceHasNeitherSpecNorStatus() {
    assertThat(new ApiPolicy().getStatus()).isNull();
  }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.crds;

import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.introspect.AnnotatedClass;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.introspect.VisibilityChecker;
import dev.portcullis.crds.v1alpha1.ApiKey;
import dev.portcullis.crds.v1alpha1.ApiPolicy;
import dev.portcullis.crds.v1alpha1.BotPolicy;
import dev.portcullis.crds.v1alpha1.RateLimitPolicy;
import io.fabric8.crdv2.generator.CRDGenerator;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.fabric8.kubernetes.client.utils.YamlDumpSettingsBuilder;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** Makes the CRDs' YAML from the Java types. */
final class CrdGeneration {
  private static final String HEAD =
      """
      # SPDX-License-Identifier: Apache-2.0
      # Copyright The Portcullis Authors
      # Generated from the Java types in crds/; change those, then: mvn -pl crds test -Dgolden.update=true
      """;

  static final List<Class<? extends HasMetadata>> KINDS =
      List.of(ApiPolicy.class, RateLimitPolicy.class, BotPolicy.class, ApiKey.class);

  private CrdGeneration() {}

  /** The text of each CRD by its file name, such as {@code apipolicies.portcullis.dev.yaml}. */
  static SortedMap<String, String> generate() {
    var output = new InMemory();
    var mapper = new ObjectMapper();
    mapper.setAnnotationIntrospector(new RecordsByField());
    // With fewer quotes the enum value "True" would turn into a boolean.
    var yaml = new YamlDumpSettingsBuilder().setMinimizeQuotes(false).build();
    new CRDGenerator()
        .withObjectMapper(mapper, new KubernetesSerialization(mapper, false, yaml))
        .customResourceClasses(KINDS)
        .withPostProcessor(new CrdFinish())
        .withOutput(output)
        .generate();
    return output.files();
  }

  /**
   * Lets the generator see a record's fields instead of its accessors: on accessors it finds each
   * rule twice, and it takes {@code issuer()} for the getter of a property {@code suer}.
   */
  private static final class RecordsByField extends JacksonAnnotationIntrospector {
    private static final long serialVersionUID = 1L;

    @Override
    public VisibilityChecker<?> findAutoDetectVisibility(
        AnnotatedClass type, VisibilityChecker<?> checker) {
      return type.getRawType().isRecord()
          ? checker
              .withFieldVisibility(Visibility.ANY)
              .withGetterVisibility(Visibility.NONE)
              .withIsGetterVisibility(Visibility.NONE)
          : super.findAutoDetectVisibility(type, checker);
    }
  }

  private static final class InMemory
      extends CRDGenerator.AbstractCRDOutput<ByteArrayOutputStream> {
    private final SortedMap<String, ByteArrayOutputStream> streams = new TreeMap<>();

    @Override
    protected ByteArrayOutputStream createStreamFor(String crd) {
      var stream = new ByteArrayOutputStream();
      streams.put(crd, stream);
      return stream;
    }

    SortedMap<String, String> files() {
      SortedMap<String, String> files = new TreeMap<>();
      streams.forEach((crd, stream) -> {
        String text = stream.toString(StandardCharsets.UTF_8);
        // The generator's own first line says the same without saying how.
        files.put(crd.replaceFirst("-v1$", ".yaml"), HEAD + text.substring(text.indexOf('\n') + 1));
      });
      return files;
    }
  }
}

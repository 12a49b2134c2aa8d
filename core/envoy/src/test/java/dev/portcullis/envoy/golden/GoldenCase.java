// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy.golden;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.util.JsonFormat;
import dev.portcullis.codec.PlanCodec;
import dev.portcullis.envoy.EnvoyResources;
import dev.portcullis.envoy.EnvoyTranslator;
import dev.portcullis.envoy.ProxySpec;
import dev.portcullis.envoy.XdsSource;
import dev.portcullis.policy.plan.RouteId;
import dev.portcullis.policy.plan.RoutePlan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What a {@code NAME.plan.yaml} says: {@code proxy}, as in node metadata, and {@code routes} in the
 * plan's canonical form.
 */
record GoldenCase(String name, ProxySpec proxy, Map<RouteId, RoutePlan> routes) {
  static final Path DIRECTORY = Path.of("src/test/resources/golden");
  static final String SUFFIX = ".plan.yaml";

  static List<GoldenCase> all() throws IOException {
    List<GoldenCase> cases = new ArrayList<>();
    try (Stream<Path> files = Files.list(DIRECTORY)) {
      for (Path file : files.filter(path -> path.toString().endsWith(SUFFIX)).sorted().toList()) {
        String name = file.getFileName().toString();
        cases.add(read(name.substring(0, name.length() - SUFFIX.length()), Files.readString(file)));
      }
    }
    return cases;
  }

  EnvoyResources translate(XdsSource source) {
    return new EnvoyTranslator(source).translate(proxy, routes);
  }

  private static GoldenCase read(String name, String yaml)
      throws JsonProcessingException, InvalidProtocolBufferException {
    JsonNode root = Yaml.MAPPER.readTree(yaml);
    if (root.size() != 2 || !root.has("proxy") || !root.path("routes").isArray()) {
      throw new IllegalArgumentException(name + ": exactly proxy and routes");
    }
    Struct.Builder metadata = Struct.newBuilder();
    JsonNode own = Yaml.MAPPER.createObjectNode().set(ProxySpec.KEY, root.path("proxy"));
    JsonFormat.parser().merge(own.toString(), metadata);
    Map<RouteId, RoutePlan> routes = new TreeMap<>();
    for (JsonNode route : root.path("routes")) {
      RoutePlan plan = PlanCodec.decodeRoute(route.toString().getBytes(UTF_8));
      if (routes.put(plan.id(), plan) != null) {
        throw new IllegalArgumentException(name + ": two plans for " + plan.id());
      }
    }
    return new GoldenCase(name, ProxySpec.fromMetadata(metadata.build()), routes);
  }

  @Override
  public String toString() {
    return name;
  }
}

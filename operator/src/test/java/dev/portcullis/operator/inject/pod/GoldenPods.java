// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.inject.pod;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * {@code golden/inject/CASE.in.json}, a pod and annotations of its namespace, and {@code
 * CASE.patch.json}, what becomes of it. {@code -Dgolden.update=true} rewrites, except where {@code
 * CI} is set.
 */
public final class GoldenPods {
  private static final boolean UPDATE = Boolean.getBoolean("golden.update");
  private static final Path DIRECTORY = Path.of("src/test/resources/golden/inject");
  private static final String IN = ".in.json";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Set<String> known = new TreeSet<>();

  /** Names of all cases, sorted. */
  public static List<String> cases() throws IOException {
    List<String> out = new ArrayList<>();
    for (String name : names()) {
      if (name.endsWith(IN)) {
        out.add(name.substring(0, name.length() - IN.length()));
      }
    }
    return out;
  }

  /** The pod of a case, and what its namespace says. */
  public static InjectionRequest request(String name) throws IOException {
    JsonNode in = JSON.readTree(Files.readString(DIRECTORY.resolve(name + IN)));
    Map<String, String> annotations =
        JSON.convertValue(in.path("namespaceAnnotations"), new TypeReference<>() {});
    return new InjectionRequest(in.path("pod"), annotations, "word-of-golden-pods");
  }

  void check(String name, JsonNode result) throws IOException {
    if (UPDATE && "true".equals(System.getenv("CI"))) {
      throw new IllegalStateException("golden files are never rewritten where CI=true");
    }
    known.add(name + IN);
    known.add(name + ".patch.json");
    Path file = DIRECTORY.resolve(name + ".patch.json");
    String actual = result.toPrettyString() + "\n";
    if (UPDATE) {
      Files.writeString(file, actual);
    } else if (!Files.exists(file)) {
      fail("golden file %s is missing; -Dgolden.update=true writes it", file);
    } else {
      assertThat(actual).as(name).isEqualTo(Files.readString(file));
    }
  }

  void checkNothingUnused() throws IOException {
    List<String> unused = names().stream().filter(name -> !known.contains(name)).toList();
    if (UPDATE) {
      for (String name : unused) {
        Files.delete(DIRECTORY.resolve(name));
      }
    } else {
      assertThat(unused).as("golden files that no case uses").isEmpty();
    }
  }

  private static List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(DIRECTORY)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.e2e.corpus;

import dev.portcullis.cli.through.SuitePolicies;
import dev.portcullis.codec.AddressListCodec;
import dev.portcullis.parts.ScratchDirectory;
import dev.portcullis.suite.Case;
import dev.portcullis.suite.Fixtures;
import dev.portcullis.suite.IssuedKey;
import dev.portcullis.suite.Suite;
import dev.portcullis.suite.SuiteReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One suite of the corpus with what its run needs, as a user would have it on disk: policies, and
 * the Secrets and ApiKeys that were made for it.
 *
 * @param paths everything that a gateway is given
 */
record CorpusFiles(Suite suite, Fixtures fixtures, List<Path> paths) {
  static final Path DIRECTORY = Path.of("src/test/resources/corpus");
  static final Path EXAMPLES =
      Path.of(Objects.requireNonNull(System.getProperty("portcullis.home")), "examples");

  /** The suites of the corpus, and those of the examples but for the quickstart's, by name. */
  static List<Path> suites() throws IOException {
    List<Path> suites = new ArrayList<>();
    try (Stream<Path> files = Files.list(DIRECTORY)) {
      files.filter(file -> file.toString().endsWith(".yaml")).sorted().forEach(suites::add);
    }
    examples().stream()
        .filter(directory -> !directory.endsWith("quickstart"))
        .map(directory -> directory.resolve("requests.yaml"))
        .forEach(suites::add);
    return suites;
  }

  /** The directories of the examples, by name. */
  static List<Path> examples() throws IOException {
    try (Stream<Path> entries = Files.list(EXAMPLES)) {
      return entries.filter(Files::isDirectory).sorted().toList();
    }
  }

  static CorpusFiles prepare(Path file, ScratchDirectory scratch) {
    Suite suite = SuiteReader.read(file);
    Fixtures fixtures = new Fixtures(suite, Clock.systemUTC());
    List<Path> paths = new ArrayList<>(suite.policies());
    fixtures
        .secrets()
        .forEach((name, material) ->
            paths.add(
                scratch.write(
                    "secrets/" + name.replace('/', '.') + ".yaml",
                    SuitePolicies.secret(name, material))));
    for (IssuedKey key : fixtures.apiKeys()) {
      paths.add(scratch.write("keys/" + key.name() + ".yaml", key.resource()));
    }
    return new CorpusFiles(suite, fixtures, paths);
  }

  /** Where a database of addresses is; null: the suite has none of the kind. */
  @Nullable Path database(String kind, byte @Nullable [] content, ScratchDirectory scratch) {
    if (content == null) {
      return null;
    }
    try {
      return Files.write(scratch.path().resolve(suite.name() + "-" + kind + ".mmdb"), content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Files of lists of addresses, by their names. */
  Map<String, Path> addressLists(ScratchDirectory scratch) {
    Map<String, Path> files = new TreeMap<>();
    fixtures
        .addressLists()
        .forEach((name, ranges) ->
            files.put(
                name,
                scratch.write(
                    suite.name() + "-" + name + ".txt",
                    new String(AddressListCodec.encode(ranges), StandardCharsets.US_ASCII))));
    return files;
  }

  /**
   * The same with issuers that answer over HTTP: copies of the policies ask the endpoints that are
   * started for them.
   */
  CorpusFiles asking(TokenEndpoints endpoints, ScratchDirectory scratch) {
    Map<String, String> urls = new LinkedHashMap<>();
    fixtures.tokenServers().forEach(server -> urls.put(server.endpoint(), endpoints.start(server)));
    if (urls.isEmpty()) {
      return this;
    }
    List<Path> policies = suite.policies().stream().map(file -> copy(file, urls, scratch)).toList();
    List<Path> rest = paths.stream().filter(path -> !suite.policies().contains(path)).toList();
    return new CorpusFiles(
        new Suite(
            suite.name(),
            suite.file(),
            policies,
            suite.services(),
            suite.issuers(),
            suite.tokens(),
            suite.holders(),
            suite.proofs(),
            suite.apiKeys(),
            suite.geo(),
            suite.addressLists(),
            suite.introspection(),
            suite.revocations(),
            suite.cases()),
        fixtures,
        Stream.concat(policies.stream(), rest.stream()).toList());
  }

  private Path copy(Path policies, Map<String, String> urls, ScratchDirectory scratch) {
    try {
      String text = Files.readString(policies);
      for (Map.Entry<String, String> url : urls.entrySet()) {
        text = text.replace(url.getKey(), url.getValue());
      }
      return scratch.write("asking/" + suite.name() + "/" + policies.getFileName(), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether some case needs an Envoy. */
  boolean throughEnvoy() {
    return suite.cases().stream().anyMatch(each -> each.layers().contains(Case.Layer.ENVOY));
  }
}

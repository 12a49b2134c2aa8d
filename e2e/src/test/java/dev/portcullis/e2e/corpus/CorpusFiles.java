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
import java.util.function.UnaryOperator;
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
    Suite read = SuiteReader.read(file);
    Fixtures fixtures = new Fixtures(read, Clock.systemUTC());
    Suite suite =
        with(
            read,
            read.policies().stream()
                .map(policies -> copy(read, policies, fixtures::fill, "filled", scratch))
                .toList());
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
   * The same with issuers that answer over HTTP, and servers of their keys: copies of the policies
   * ask the endpoints that are started for them.
   */
  CorpusFiles asking(TokenEndpoints endpoints, ScratchDirectory scratch) {
    Map<String, String> urls = new LinkedHashMap<>();
    fixtures.tokenServers().forEach(server -> urls.put(server.endpoint(), endpoints.start(server)));
    fixtures.keySets().forEach((url, keys) -> urls.put(url, endpoints.publish(keys)));
    if (urls.isEmpty()) {
      return this;
    }
    List<Path> policies =
        suite.policies().stream()
            .map(file -> copy(suite, file, text -> replaced(text, urls), "asking", scratch))
            .toList();
    List<Path> rest = paths.stream().filter(path -> !suite.policies().contains(path)).toList();
    return new CorpusFiles(
        with(suite, policies), fixtures, Stream.concat(policies.stream(), rest.stream()).toList());
  }

  private static Suite with(Suite suite, List<Path> policies) {
    return new Suite(
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
        suite.cases());
  }

  private static String replaced(String text, Map<String, String> urls) {
    String result = text;
    for (Map.Entry<String, String> url : urls.entrySet()) {
      result = result.replace(url.getKey(), url.getValue());
    }
    return result;
  }

  /** The file with another text, or the same file where nothing in it changes. */
  private static Path copy(
      Suite suite,
      Path policies,
      UnaryOperator<String> change,
      String directory,
      ScratchDirectory scratch) {
    if (Files.isDirectory(policies)) {
      return policies;
    }
    try {
      String text = Files.readString(policies);
      String changed = change.apply(text);
      return changed.equals(text)
          ? policies
          : scratch.write(directory + "/" + suite.name() + "/" + policies.getFileName(), changed);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether some case needs an Envoy. */
  boolean throughEnvoy() {
    return suite.cases().stream().anyMatch(each -> each.layers().contains(Case.Layer.ENVOY));
  }
}

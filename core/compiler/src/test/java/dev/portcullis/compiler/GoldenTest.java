// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.compiler.diagnostic.Diagnostic;
import dev.portcullis.compiler.diagnostic.DiagnosticCode;
import dev.portcullis.compiler.diagnostic.DiagnosticText;
import dev.portcullis.compiler.source.FileReader;
import dev.portcullis.compiler.source.FileSet;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Each {@code golden/case.in.yaml} compiles to {@code .plan.yaml}, {@code .diagnostics.txt} and
 * {@code .status.yaml}. With {@code case.earlier.yaml} that file was compiled before, and is what
 * policies may fall back on. Services in the file are all that exist; without any, none is known.
 * With {@code case.endpoints.yaml} there are pods, and the plan says which route each of their
 * ports has. Workloads have identities of cluster.local, but nobody can prove one in cases named
 * gateway-….
 */
class GoldenTest {
  /**
   * Not about what stands in a file: see PolicyFilesTest for paths, PolicyCompilerTest for rights.
   */
  private static final Set<DiagnosticCode> WITHOUT_GOLDEN =
      EnumSet.of(
          DiagnosticCode.FILE_UNREADABLE,
          DiagnosticCode.NOTHING_FOUND,
          DiagnosticCode.SECRET_FORBIDDEN,
          DiagnosticCode.CONFIG_MAP_FORBIDDEN);

  private final GoldenFiles golden = new GoldenFiles(Path.of("src/test/resources/golden"));
  private final Set<DiagnosticCode> seen = EnumSet.copyOf(WITHOUT_GOLDEN);

  @TestFactory
  Stream<DynamicTest> cases() throws IOException {
    return Stream.concat(
        golden.cases().stream().map(name -> DynamicTest.dynamicTest(name, () -> check(name))),
        Stream.of(
            DynamicTest.dynamicTest("no file is unused", golden::checkNothingUnused),
            DynamicTest.dynamicTest(
                "every code has a case",
                () -> assertThat(seen).isEqualTo(EnumSet.allOf(DiagnosticCode.class)))));
  }

  private void check(String name) throws IOException {
    FileSet files = files(name + ".in.yaml");
    String pods = name + ".endpoints.yaml";
    Set<Endpoint> endpoints = golden.exists(pods) ? EndpointFile.read(golden.read(pods)) : Set.of();
    PolicySet set = set(files, endpoints).trusting(trust(name));
    String earlier = name + ".earlier.yaml";
    CompileResult result =
        PolicyCompiler.compile(
            golden.exists(earlier)
                ? set.fallingBackOn(PolicyCompiler.compile(set(files(earlier), endpoints)))
                : set);
    List<Diagnostic> diagnostics = new ArrayList<>(files.diagnostics());
    diagnostics.addAll(result.diagnostics());
    Collections.sort(diagnostics);
    diagnostics.forEach(diagnostic -> seen.add(diagnostic.code()));
    golden.check(name + ".plan.yaml", Rendered.plan(result, endpoints));
    golden.check(name + ".diagnostics.txt", DiagnosticText.plain(diagnostics));
    golden.check(name + ".status.yaml", Rendered.status(result));
  }

  private static KnownTrust trust(String name) {
    return name.startsWith("gateway-")
        ? new KnownTrust.NoTls()
        : new KnownTrust.Domain("cluster.local");
  }

  private FileSet files(String name) throws IOException {
    return new FileSet(
        new TreeMap<>(Map.of(name, FileReader.read(name, golden.read(name)))), List.of());
  }

  private static PolicySet set(FileSet files, Set<Endpoint> endpoints) {
    KnownServices services =
        files.services().isEmpty()
            ? new KnownServices.Unknown()
            : new KnownServices.Listed(files.services());
    PolicySet set = files.policySet(services, true);
    return endpoints.isEmpty() ? set : set.with(set.targets().withEndpoints(endpoints));
  }
}

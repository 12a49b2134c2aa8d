// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.e2e.corpus;

import dev.portcullis.compiler.CompileResult;
import dev.portcullis.compiler.KnownServices;
import dev.portcullis.compiler.PolicyCompiler;
import dev.portcullis.compiler.ServiceName;
import dev.portcullis.compiler.source.FileSet;
import dev.portcullis.compiler.source.PolicyFiles;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** Compiles what a suite of the corpus is about. */
final class CorpusPlan {
  private CorpusPlan() {}

  static CompileResult compile(CorpusFiles corpus) {
    FileSet files = PolicyFiles.read(corpus.paths());
    Map<ServiceName, Set<String>> services = new HashMap<>();
    for (String service : corpus.suite().services()) {
      int slash = service.indexOf('/');
      services.put(
          new ServiceName(service.substring(0, slash), service.substring(slash + 1)), Set.of());
    }
    return PolicyCompiler.compile(files.policySet(new KnownServices.Listed(services), true));
  }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.fuzz;

import dev.portcullis.compiler.CompileResult;
import dev.portcullis.compiler.KnownServices;
import dev.portcullis.compiler.PolicyCompiler;
import dev.portcullis.compiler.source.FileReader;
import dev.portcullis.compiler.source.FileSet;
import dev.portcullis.engine.Engine;
import dev.portcullis.engine.LocalEngine;
import dev.portcullis.engine.authentication.jwt.Signatures;
import dev.portcullis.engine.decision.Decision;
import dev.portcullis.engine.port.GeoSource;
import dev.portcullis.engine.request.Headers;
import dev.portcullis.engine.request.Peer;
import dev.portcullis.engine.request.RequestContext;
import dev.portcullis.engine.request.RequestLine;
import dev.portcullis.policy.match.IpAddress;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** An engine with the policies of this package, and requests to it. */
final class Gate {
  /** When all of it happens. */
  static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");

  private static final String ROUTE = "shop/orders";

  private final Engine engine;

  Gate() {
    CompileResult plan = compile(resource("policies.yaml"));
    engine =
        LocalEngine.make(
            (namespace, id) -> plan.apiKeys().get(namespace + "/" + id),
            hash -> plan.secrets().get(hash),
            Map.of(),
            GeoSource.NONE,
            Signatures.ofTheJvm());
    Map<?, String> failed = engine.replace(plan.routes().values());
    if (!failed.isEmpty() || plan.routes().isEmpty()) {
      throw new IllegalStateException("policies.yaml does not load: " + failed);
    }
  }

  /** Compiles a file of policies; never throws for what it holds. */
  static CompileResult compile(byte[] yaml) {
    FileSet files =
        new FileSet(
            new TreeMap<>(Map.of("policies.yaml", FileReader.read("policies.yaml", yaml))),
            List.of());
    return PolicyCompiler.compile(files.policySet(new KnownServices.Unknown(), true));
  }

  static byte[] resource(String name) {
    try (InputStream in = Objects.requireNonNull(Gate.class.getResourceAsStream(name), name)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The tokens that the policies believe. */
  static List<String> goodTokens() {
    return new String(resource("good-tokens.txt"), StandardCharsets.US_ASCII).lines().toList();
  }

  /** Decides what Envoy asks, on the one route there is. */
  Decision decide(RequestContext request) {
    return engine.decide(ROUTE, request);
  }

  /** Decides {@code GET /orders} with these headers, name and value in turn. */
  Decision get(String... headers) {
    return decide(
        new RequestContext(
            new RequestLine("GET", "/orders", "shop.example.com", "https", "HTTP/2"),
            Headers.of(headers),
            new Peer(IpAddress.parse("198.51.100.7"), 40_000, null),
            "fuzz",
            NOW));
  }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.e2e.corpus;

import dev.portcullis.compiler.CompileResult;
import dev.portcullis.engine.Engine;
import dev.portcullis.engine.decision.Decision;
import dev.portcullis.engine.decision.Refusal;
import dev.portcullis.engine.request.HeaderField;
import dev.portcullis.engine.request.Headers;
import dev.portcullis.engine.request.Peer;
import dev.portcullis.engine.request.RequestContext;
import dev.portcullis.engine.request.RequestLine;
import dev.portcullis.extauthz.StandardEngine;
import dev.portcullis.policy.match.IpAddress;
import dev.portcullis.policy.match.Principal;
import dev.portcullis.suite.Case;
import dev.portcullis.suite.Observation;
import dev.portcullis.suite.Target;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

/** Asks the engine in this process. */
final class EngineTarget implements Target {
  private final Engine engine;
  private final AtomicLong requests = new AtomicLong();

  EngineTarget(CompileResult plan) {
    this.engine =
        StandardEngine.local(
            (namespace, id) -> plan.apiKeys().get(namespace + "/" + id),
            hash -> plan.secrets().get(hash));
    Map<?, String> failed = engine.replace(plan.routes().values());
    if (!failed.isEmpty()) {
      throw new AssertionError("routes that do not load: " + failed);
    }
  }

  @Override
  public Observation send(String service, Case.Request request) {
    Headers.Builder headers = Headers.builder(request.headers().size() + 1);
    request.headers().forEach(header -> headers.add(header.name(), header.value()));
    if (!request.body().isEmpty()) {
      headers.add("content-length", String.valueOf(request.body().length()));
    }
    Decision decision =
        engine.decide(
            service,
            new RequestContext(
                new RequestLine(
                    request.method(), request.path(), request.host(), "http", request.protocol()),
                headers.build(),
                new Peer(
                    IpAddress.parse(request.from()), 40_000, Principal.read(request.principal())),
                "corpus-" + requests.incrementAndGet(),
                Clock.systemUTC().instant()));
    return observation(request, decision);
  }

  private static Observation observation(Case.Request request, Decision decision) {
    Refusal refusal = decision.refusal();
    Map<String, String> response = new TreeMap<>();
    decision
        .responseHeaders()
        .forEach(header -> response.merge(header.name(), header.value(), EngineTarget::joined));
    return new Observation(
        refusal == null ? 200 : refusal.reason().httpStatus(),
        refusal == null ? null : refusal.reason().name(),
        decision.by().rule(),
        response,
        refusal == null
            ? upstream(request.headers(), decision.removedHeaders(), decision.upstreamHeaders())
            : null,
        decision.bot() == null ? null : decision.bot().value(),
        "");
  }

  static Map<String, String> upstream(
      List<Case.Header> sent, List<String> removed, List<HeaderField> set) {
    Map<String, String> headers = new TreeMap<>();
    sent.forEach(header ->
        headers.merge(
            header.name().toLowerCase(Locale.ROOT), header.value(), EngineTarget::joined));
    removed.forEach(name -> headers.remove(name.toLowerCase(Locale.ROOT)));
    set.forEach(header -> headers.put(header.name(), header.value()));
    return headers;
  }

  private static String joined(String one, String other) {
    return one + ", " + other;
  }
}

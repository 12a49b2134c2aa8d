// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.through;

import dev.portcullis.cli.CommandException;
import dev.portcullis.compiler.CompileResult;
import dev.portcullis.engine.Engine;
import dev.portcullis.engine.LocalEngine;
import dev.portcullis.engine.decision.Decision;
import dev.portcullis.engine.decision.Refusal;
import dev.portcullis.engine.request.HeaderField;
import dev.portcullis.engine.request.Headers;
import dev.portcullis.engine.request.Peer;
import dev.portcullis.engine.request.RequestContext;
import dev.portcullis.engine.request.RequestLine;
import dev.portcullis.policy.match.IpAddress;
import dev.portcullis.policy.match.Principal;
import dev.portcullis.policy.plan.RouteId;
import dev.portcullis.suite.Case;
import dev.portcullis.suite.Observation;
import dev.portcullis.suite.Target;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

/** Asks the engine in this process. Not thread-safe as to the order of requests. */
public final class EngineTarget implements Target {
  private final Engine engine;
  private final AtomicLong requests = new AtomicLong();

  /**
   * Loads the plan.
   *
   * @param keySets JWKS documents by the URI at which policies look for them
   * @throws CommandException when the engine does not take a route, with the first reason
   */
  public EngineTarget(CompileResult plan, Map<String, byte[]> keySets) {
    this.engine =
        LocalEngine.make(
            (namespace, id) -> plan.apiKeys().get(namespace + "/" + id),
            hash -> plan.secrets().get(hash),
            keySets);
    Map<RouteId, String> failed = new TreeMap<>(engine.replace(plan.routes().values()));
    failed.forEach((route, why) -> {
      throw CommandException.user(route + " does not load: " + why);
    });
  }

  @Override
  public Observation send(String service, Case.Request request) {
    Headers.Builder headers = Headers.builder(request.headers().size() + 1);
    request.headers().forEach(header -> headers.add(header.name(), header.value()));
    if (!request.body().isEmpty() && !request.framed()) {
      headers.add("content-length", String.valueOf(request.bodyBytes().length));
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
                "test-" + requests.incrementAndGet(),
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
        refusal == null ? "" : why(refusal));
  }

  /**
   * The headers that the upstream receives: those that were sent, but for the removed ones and with
   * the set ones; names in lower case, duplicates joined.
   */
  public static Map<String, String> upstream(
      List<Case.Header> sent, List<String> removed, List<HeaderField> set) {
    Map<String, String> headers = new TreeMap<>();
    sent.forEach(header ->
        headers.merge(
            header.name().toLowerCase(Locale.ROOT), header.value(), EngineTarget::joined));
    removed.forEach(name -> headers.remove(name.toLowerCase(Locale.ROOT)));
    set.forEach(header -> headers.put(header.name(), header.value()));
    return headers;
  }

  private static String why(Refusal refusal) {
    return refusal.cause().isEmpty() ? refusal.detail() : refusal.cause();
  }

  private static String joined(String one, String other) {
    return one + ", " + other;
  }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.through;

import dev.portcullis.cli.CommandException;
import dev.portcullis.compiler.CompileResult;
import dev.portcullis.engine.Engine;
import dev.portcullis.engine.LocalEngine;
import dev.portcullis.engine.decision.Decision;
import dev.portcullis.engine.decision.Refusal;
import dev.portcullis.engine.port.GeoSource;
import dev.portcullis.engine.port.Introspector;
import dev.portcullis.engine.request.ClientCertificate;
import dev.portcullis.engine.request.HeaderField;
import dev.portcullis.engine.request.Headers;
import dev.portcullis.engine.request.Hop;
import dev.portcullis.engine.request.Peer;
import dev.portcullis.engine.request.RequestContext;
import dev.portcullis.engine.request.RequestLine;
import dev.portcullis.policy.match.IpAddress;
import dev.portcullis.policy.match.Principal;
import dev.portcullis.policy.plan.RouteId;
import dev.portcullis.policy.plan.SecretMaterial;
import dev.portcullis.suite.Case;
import dev.portcullis.suite.Fixtures;
import dev.portcullis.suite.Observation;
import dev.portcullis.suite.Target;
import dev.portcullis.suite.TokenServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Instant;
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
   * @param fixtures what issuers say of their keys and tokens
   * @param geo where clients are
   * @throws CommandException when the engine does not take a route, with the first reason
   */
  public EngineTarget(CompileResult plan, Fixtures fixtures, GeoSource geo) {
    this.engine =
        LocalEngine.make(
            (namespace, id) -> plan.apiKeys().get(namespace + "/" + id),
            hash -> plan.secrets().get(hash),
            fixtures.keySets(),
            question -> introspect(fixtures.tokenServers(), question),
            geo,
            new PlannedLists(plan.lists(), fixtures.addressLists()),
            SuiteRevocations.of(fixtures, Clock.systemUTC().instant()));
    Map<RouteId, String> failed = new TreeMap<>(engine.replace(plan.routes().values()));
    failed.forEach((route, why) -> {
      throw CommandException.user(route + " does not load: " + why);
    });
  }

  /** The answer that the decision service would get and take over HTTP. */
  public static byte[] introspect(List<TokenServer> servers, Introspector.Question question)
      throws IOException {
    for (TokenServer server : servers) {
      if (server.endpoint().equals(question.endpoint())) {
        TokenServer.Answer answer =
            server.answer(
                text(question.client().id()), text(question.client().secret()), question.token());
        if (answer.status() != 200 || !answer.contentType().equals("application/json")) {
          throw new IOException("answered " + answer.status() + " " + answer.contentType());
        }
        return answer.body().getBytes(StandardCharsets.UTF_8);
      }
    }
    throw new IOException("is not among the issuers of the test under introspection");
  }

  private static String text(SecretMaterial material) {
    return new String(material.reveal(), StandardCharsets.UTF_8);
  }

  @Override
  public Observation send(String service, Case.Request request) {
    Decision decision =
        engine.decide(
            service,
            context(request, "test-" + requests.incrementAndGet(), Clock.systemUTC().instant()));
    return observation(request, decision);
  }

  /** The request as Envoy would describe it. */
  public static RequestContext context(Case.Request request, String id, Instant now) {
    Headers.Builder headers = Headers.builder(request.headers().size() + 1);
    request.headers().forEach(header -> headers.add(header.name(), header.value()));
    if (!request.body().isEmpty() && !request.framed()) {
      headers.add("content-length", String.valueOf(request.bodyBytes().length));
    }
    return new RequestContext(
        new RequestLine(
            request.method(), request.path(), request.host(), "http", request.protocol()),
        headers.build(),
        peer(request),
        id,
        now);
  }

  private static Peer peer(Case.Request request) {
    Case.Certificate shown = request.certificate();
    if (shown == null) {
      return new Peer(IpAddress.parse(request.from()), 40_000, Principal.read(request.principal()));
    }
    ClientCertificate certificate = certificate(shown);
    return new Peer(
        IpAddress.parse(request.from()), 40_000, certificate.workload(), Hop.DIRECT, certificate);
  }

  private static ClientCertificate certificate(Case.Certificate shown) {
    Case.Issued issued = shown.issued();
    if (issued == null) {
      throw new IllegalStateException("the placeholders of the request are not filled");
    }
    try {
      return ClientCertificate.of(issued.certificate());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("we have written it ourselves", e);
    }
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
        decision.delay() != null,
        refusal == null ? null : refusal.detail(),
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

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.benchmarks.jmh;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.portcullis.benchmarks.scenario.Issuer;
import dev.portcullis.benchmarks.scenario.Payload;
import dev.portcullis.benchmarks.scenario.Plans;
import dev.portcullis.benchmarks.scenario.SampleRequest;
import dev.portcullis.engine.Engine;
import dev.portcullis.engine.decision.Decision;
import dev.portcullis.engine.request.RequestContext;
import dev.portcullis.extauthz.check.CheckRequestMapper;
import dev.portcullis.extauthz.check.CheckResponseMapper;
import dev.portcullis.extauthz.check.UnreadableCheckException;
import dev.portcullis.policy.plan.JwsAlgorithm;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import java.time.Instant;
import java.time.InstantSource;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** A check from bytes to bytes, without the network: what our code adds to a gRPC server. */
@State(Scope.Thread)
@SuppressWarnings("NullAway.Init") // JMH fills parameters and calls the set-up.
public class CheckBenchmark {
  private final CheckRequestMapper requests = new CheckRequestMapper(InstantSource.system());
  private final CheckResponseMapper responses = new CheckResponseMapper();
  private Payload payload;
  private CheckRequest parsed;
  private Decision decision;
  private RequestContext request;
  private Engine engine;
  private long number;

  /** Loads the full plan and makes one decision. */
  @Setup
  public void load() throws InvalidProtocolBufferException, UnreadableCheckException {
    Issuer issuer = Issuer.of(JwsAlgorithm.RS256);
    SampleRequest sample = SampleRequest.bearing(issuer.token());
    engine = Engines.of(Plans.full(issuer));
    payload = new Payload(sample, Plans.ROUTE.value());
    parsed = CheckRequest.parseFrom(payload.bytes(0));
    request = requests.map(parsed);
    decision = engine.decide(Plans.ROUTE.value(), sample.context("one", Instant.now()));
  }

  /** Protobuf alone: parses the check. Every gRPC server pays this. */
  @Benchmark
  public CheckRequest parse() throws InvalidProtocolBufferException {
    return CheckRequest.parseFrom(payload.bytes(number++));
  }

  /** Reads a parsed check into what the engine decides about. */
  @Benchmark
  public RequestContext mapRequest() throws UnreadableCheckException {
    return requests.map(parsed);
  }

  /** Turns a decision into the answer to Envoy. */
  @Benchmark
  public CheckResponse mapResponse() {
    return responses.map(decision, request.headers());
  }

  /** Everything: parse, map, decide, map, write. */
  @Benchmark
  public byte[] answer() throws InvalidProtocolBufferException, UnreadableCheckException {
    CheckRequest check = CheckRequest.parseFrom(payload.bytes(number++));
    RequestContext context = requests.map(check);
    Decision made = engine.decide(requests.route(check), context);
    return responses.map(made, context.headers()).toByteArray();
  }
}

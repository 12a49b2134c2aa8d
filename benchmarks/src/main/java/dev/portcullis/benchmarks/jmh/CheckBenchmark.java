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
import dev.portcullis.extauthz.check.CheckRequestReader;
import dev.portcullis.extauthz.check.CheckResponseWriter;
import dev.portcullis.extauthz.check.IncomingCheck;
import dev.portcullis.extauthz.check.UnreadableCheckException;
import dev.portcullis.extauthz.ending.Tickets;
import dev.portcullis.extauthz.wire.EncodedMessage;
import dev.portcullis.policy.plan.JwsAlgorithm;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
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
  private final CheckRequestReader requests = new CheckRequestReader(InstantSource.system());
  private final CheckResponseWriter responses = new CheckResponseWriter(new Tickets());
  private Payload payload;
  private byte[] check;
  private Decision decision;
  private RequestContext request;
  private Engine engine;
  private long number;

  /** Loads the full plan and makes one decision. */
  @Setup
  public void load() throws UnreadableCheckException {
    Issuer issuer = Issuer.of(JwsAlgorithm.RS256);
    SampleRequest sample = SampleRequest.bearing(issuer.token());
    engine = Engines.of(Plans.full(issuer));
    payload = new Payload(sample, Plans.ROUTE.value());
    check = payload.bytes(0).clone();
    request = requests.read(check).request();
    decision = engine.decide(Plans.ROUTE.value(), sample.context("one", Instant.now()));
  }

  /** Protobuf's generated class parses the check, as every other gRPC server has it. */
  @Benchmark
  public CheckRequest parseWithGeneratedClass() throws InvalidProtocolBufferException {
    return CheckRequest.parseFrom(check);
  }

  /** Reads the check into what the engine decides about. */
  @Benchmark
  public IncomingCheck read() throws UnreadableCheckException {
    return requests.read(check);
  }

  /** Writes the answer to Envoy. */
  @Benchmark
  public EncodedMessage write() {
    return responses.write(decision, request.headers());
  }

  /** Everything: read, decide, write. */
  @Benchmark
  public EncodedMessage answer() throws UnreadableCheckException {
    IncomingCheck incoming = requests.read(payload.bytes(number++));
    Decision made = engine.decide(incoming.route(), incoming.request());
    return responses.write(made, incoming.request().headers());
  }
}

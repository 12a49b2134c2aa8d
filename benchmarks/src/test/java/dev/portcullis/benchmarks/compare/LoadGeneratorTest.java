// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.benchmarks.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portcullis.benchmarks.scenario.Payload;
import dev.portcullis.benchmarks.scenario.Plans;
import dev.portcullis.benchmarks.scenario.SampleRequest;
import io.envoyproxy.envoy.service.auth.v3.AuthorizationGrpc;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.grpc.Server;
import io.grpc.stub.StreamObserver;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

class LoadGeneratorTest {
  private static final Payload PAYLOAD =
      new Payload(SampleRequest.bearing("abc.def.ghi"), Plans.ROUTE.value());

  /** Answers with nothing set, which no server of ours may ever do. */
  private static final class Refusing extends AuthorizationGrpc.AuthorizationImplBase {
    private final Set<String> ids = ConcurrentHashMap.newKeySet();

    @Override
    public void check(CheckRequest request, StreamObserver<CheckResponse> reply) {
      ids.add(request.getAttributes().getRequest().getHttp().getId());
      reply.onNext(CheckResponse.getDefaultInstance());
      reply.onCompleted();
    }
  }

  @Test
  void measuresAServerThatAllows() throws Exception {
    Server server = BareServer.start(0);
    LoadGenerator load = new LoadGenerator(server.getPort(), PAYLOAD, new LoadShape(2, 4));
    try {
      Load seen = load.run(50);

      assertThat(seen.perSecond()).isPositive();
      assertThat(seen.p50Millis()).isPositive().isLessThanOrEqualTo(seen.p99Millis());
    } finally {
      load.close();
      server.shutdownNow();
    }
  }

  @Test
  void doesNotMeasureAServerThatRefuses() throws Exception {
    Refusing service = new Refusing();
    Server server = BareServer.start(0, service);
    LoadGenerator load = new LoadGenerator(server.getPort(), PAYLOAD, new LoadShape(1, 2));
    try {
      assertThatThrownBy(() -> load.run(50))
          .isInstanceOf(BenchmarkException.class)
          .hasMessageContaining("refused");
      assertThat(service.ids).hasSizeBetween(1, 50);
    } finally {
      load.close();
      server.shutdownNow();
    }
  }
}

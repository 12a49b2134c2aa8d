// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.extauthz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.common.util.concurrent.ListenableFuture;
import dev.portcullis.codec.PlanDirectory;
import dev.portcullis.codec.PlanSnapshot;
import dev.portcullis.extauthz.jwks.TestIssuer;
import dev.portcullis.policy.plan.ProofSpec;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Proofs of possession, in the process as it runs, by proofs that another library has made. */
@Timeout(60)
final class ProofsTest {
  private static final Duration LONG = Duration.ofSeconds(20);

  private TestIssuer issuer;
  private TestHolder holder;
  private RunningServer server;
  private Client one;
  private Client other;

  @TempDir Path directory;

  @BeforeEach
  void start() throws Exception {
    issuer = new TestIssuer();
    holder = new TestHolder(issuer);
    new PlanDirectory(directory)
        .writePlan(
            new PlanSnapshot(
                List.of(
                    Plans.withProofs(
                        "shop/orders", issuer.uri(), new ProofSpec.Dpop(List.of(), false)),
                    Plans.withProofs(
                        "shop/nonces", issuer.uri(), new ProofSpec.Dpop(List.of(), true))),
                List.of()));
    server =
        RunningServer.start(
            TestConfig.of(directory).loops(2).streams(200).maxWaiting(512).make(),
            StandardEngine::make,
            _ -> {});
    one = new Client(server.grpcPort());
    other = new Client(server.grpcPort());
    await()
        .atMost(LONG)
        .until(() -> Client.status(one.check(check("shop/orders", proof(null)))) == 200);
  }

  @AfterEach
  void stop() {
    one.close();
    other.close();
    server.close();
    issuer.close();
  }

  private String proof(@Nullable String nonce) throws Exception {
    return holder.proof(nonce);
  }

  private CheckRequest check(String route, String proof) {
    return holder.check(route, proof);
  }

  private static String header(CheckResponse answer, String name) {
    return answer.getDeniedResponse().getHeadersList().stream()
        .map(HeaderValueOption::getHeader)
        .filter(header -> header.getKey().equals(name))
        .map(header -> header.getValue())
        .findFirst()
        .orElse("");
  }

  @Test
  void aProofPassesOverOneConnectionOnly() throws Exception {
    String proof = proof(null);
    CheckRequest asked = check("shop/orders", proof);
    assertThat(Client.status(one.check(asked))).isEqualTo(200);
    CheckResponse replayed = other.check(check("shop/orders", proof));
    assertThat(Client.status(replayed)).isEqualTo(401);
    assertThat(header(replayed, "www-authenticate"))
        .startsWith("DPoP realm=\"shop/orders\"")
        .endsWith("error=\"invalid_dpop_proof\"");
    assertThat(Client.status(one.check(check("shop/orders", proof)))).isEqualTo(401);
    assertThat(Client.status(other.check(asked))).as("Envoy asks the same again").isEqualTo(200);
  }

  @Test
  void ofManyAtOnceOnePasses() throws Exception {
    String proof = proof(null);
    List<ListenableFuture<CheckResponse>> answers = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      answers.add((i % 2 == 0 ? one : other).ask(check("shop/orders", proof), LONG));
    }
    int passed = 0;
    for (ListenableFuture<CheckResponse> answer : answers) {
      passed += Client.status(answer.get(20, TimeUnit.SECONDS)) == 200 ? 1 : 0;
    }
    assertThat(passed).isEqualTo(1);
  }

  @Test
  void theTokenAloneIsWorthNothing() {
    CheckResponse bearer =
        one.check(Checks.of("shop/orders", "/orders", "authorization", "Bearer " + holder.token()));
    assertThat(Client.status(bearer)).isEqualTo(401);
    CheckResponse alone =
        one.check(Checks.of("shop/orders", "/orders", "authorization", "DPoP " + holder.token()));
    assertThat(Client.status(alone)).isEqualTo(401);
  }

  @Test
  void aClientThatTakesTheNoncePasses() throws Exception {
    CheckResponse first = one.check(check("shop/nonces", proof(null)));
    assertThat(Client.status(first)).isEqualTo(401);
    assertThat(header(first, "www-authenticate")).endsWith("error=\"use_dpop_nonce\"");
    String nonce = header(first, "dpop-nonce");
    assertThat(nonce).isNotEmpty();
    assertThat(Client.status(other.check(check("shop/nonces", proof(nonce))))).isEqualTo(200);
  }

  @Test
  void tellsHowManyProofsItRemembers() throws Exception {
    assertThat(Client.get(server.adminPort(), "/metrics").body())
        .containsPattern("(?m)^portcullis_proofs_remembered [1-9]");
  }
}

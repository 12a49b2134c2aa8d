// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.benchmarks.jmh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.engine.authentication.jwt.VerifiedToken;
import dev.portcullis.engine.decision.Decision;
import dev.portcullis.engine.limit.QuotaState;
import dev.portcullis.extauthz.crypto.NativeCrypto;
import dev.portcullis.policy.plan.JwsAlgorithm;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import java.io.IOException;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A benchmark that measures refusals, or an empty phase, would look fast; none may. */
class BenchmarksTest {

  @ParameterizedTest
  @EnumSource
  void pipelineAllowsByTheSectionThatItMeasures(PipelineBenchmark.Sections sections) {
    var benchmark = new PipelineBenchmark();
    benchmark.sections = sections;
    benchmark.load();

    Decision decision = benchmark.decide();

    assertThat(decision.refusal()).isNull();
    boolean all = sections == PipelineBenchmark.Sections.ALL;
    assertThat(decision.identity() != null)
        .isEqualTo(all || sections == PipelineBenchmark.Sections.CACHED_TOKEN);
    assertThat(decision.bot() != null)
        .isEqualTo(all || sections == PipelineBenchmark.Sections.BOT_SCORE);
    boolean counts =
        sections == PipelineBenchmark.Sections.LIMIT
            || sections == PipelineBenchmark.Sections.QUOTA;
    assertThat(decision.responseHeaders().isEmpty()).isEqualTo(!all && !counts);
    if (all || sections == PipelineBenchmark.Sections.CEL_RULE) {
      assertThat(decision.by().rule()).isEqualTo("rule-0");
    }
  }

  @Test
  void lastRuleAllows() {
    var benchmark = new RuleBenchmark();
    benchmark.rules = 10;
    benchmark.load();

    assertThat(benchmark.decide().by().rule()).isEqualTo("rule-9");
  }

  @Test
  void clientIsInNoRange() {
    var benchmark = new AddressBenchmark();
    benchmark.ranges = 256;
    benchmark.load();

    assertThat(benchmark.decide().allowed()).isTrue();
  }

  @Test
  void someAddressesHaveACountry() throws IOException {
    var benchmark = new CountryBenchmark();
    benchmark.networks = 1000;
    benchmark.load();

    assertThat(Stream.generate(benchmark::country).limit(1000))
        .contains("")
        .anyMatch(country -> country.length() == 2);
  }

  @ParameterizedTest
  @ValueSource(ints = {10, 100})
  void onePathMatchesAndOneDoesNot(int patterns) {
    var benchmark = new PathBenchmark();
    benchmark.patterns = patterns;
    benchmark.build();

    assertThat(benchmark.matched(benchmark.hit())).isTrue();
    assertThat(benchmark.matched(benchmark.miss())).isFalse();
  }

  @ParameterizedTest
  @EnumSource(names = {"RS256", "ES256", "EdDSA"})
  void tokensAreBelieved(JwsAlgorithm algorithm) throws Exception {
    var benchmark = new TokenBenchmark();
    benchmark.algorithm = algorithm;
    benchmark.crypto =
        NativeCrypto.auto().loaded() ? TokenBenchmark.Crypto.NATIVE : TokenBenchmark.Crypto.JDK;
    benchmark.sign();

    assertThat(benchmark.uncached()).isInstanceOf(VerifiedToken.class);
    assertThat(benchmark.cached()).isInstanceOf(VerifiedToken.class);
    assertThat(benchmark.cached()).isSameAs(benchmark.cached());
  }

  @Test
  void keysAreFound() {
    var benchmark = new ApiKeyBenchmark();
    benchmark.keys = 10;
    benchmark.issue();

    assertThat(Objects.requireNonNull(benchmark.decide().identity()).client())
        .startsWith("client-");
  }

  @Test
  void chargesAreGranted() throws Exception {
    var benchmark = new LimiterBenchmark();
    benchmark.counters = 10;
    benchmark.fill();

    assertThat(benchmark.charge()).singleElement().extracting(QuotaState::granted).isEqualTo(true);
    assertThat(benchmark.held()).isEqualTo(10);
  }

  @Test
  void checkIsAnsweredWithOk() throws Exception {
    var benchmark = new CheckBenchmark();
    benchmark.load();

    CheckResponse answer = CheckResponse.parseFrom(benchmark.answer().toBuffer());

    assertThat(answer.getStatus().getCode()).isZero();
    assertThat(answer.hasOkResponse()).isTrue();
    assertThat(CheckResponse.parseFrom(benchmark.write().toBuffer()).hasOkResponse()).isTrue();
    assertThat(benchmark.parseWithGeneratedClass().getAttributes().getRequest().getHttp().getId())
        .isEqualTo(benchmark.read().request().id());
  }
}

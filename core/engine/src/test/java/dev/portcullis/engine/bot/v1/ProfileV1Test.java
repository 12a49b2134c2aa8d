// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.bot.v1;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.portcullis.engine.UnloadablePlanException;
import dev.portcullis.engine.bot.BotScore;
import dev.portcullis.engine.bot.BotScorer;
import dev.portcullis.engine.bot.BotSignal;
import dev.portcullis.engine.request.Headers;
import dev.portcullis.engine.request.Peer;
import dev.portcullis.engine.request.RequestContext;
import dev.portcullis.engine.request.RequestLine;
import dev.portcullis.policy.match.Cidr;
import dev.portcullis.policy.match.IpAddress;
import dev.portcullis.policy.plan.BotSpec;
import dev.portcullis.policy.plan.Mode;
import dev.portcullis.policy.plan.PolicyRef;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProfileV1Test {
  private static final IpAddress CLIENT = IpAddress.parse("203.0.113.9");
  private static final String CHROME =
      "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
          + " Chrome/147.0.0.0 Safari/537.36";
  private static final String FIREFOX =
      "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0";

  private static final BotScorer SCORER = scorer(Map.of("userAgent", 100, "headers", 100));

  private static BotSpec spec(
      String profile, Map<String, Integer> weights, List<Cidr> addresses, List<String> agents) {
    return new BotSpec(
        new PolicyRef("BotPolicy", "shop", "orders"),
        Mode.ENFORCE,
        List.of(),
        profile,
        new TreeMap<>(weights),
        List.of(),
        addresses,
        agents,
        List.of());
  }

  private static BotScorer scorer(Map<String, Integer> weights) {
    return scorer(spec("v1", weights, List.of(), List.of()));
  }

  private static BotScorer scorer(BotSpec spec) {
    try {
      return new ProfileV1().create(spec);
    } catch (UnloadablePlanException e) {
      throw new AssertionError(e);
    }
  }

  private static RequestContext request(String scheme, String... namesAndValues) {
    return new RequestContext(
        new RequestLine("GET", "/", "orders.shop", scheme, "HTTP/2"),
        Headers.of(namesAndValues),
        new Peer(CLIENT, 40000, null),
        "request-1",
        Instant.EPOCH);
  }

  private static BotScore score(String scheme, String... namesAndValues) {
    return SCORER.score(request(scheme, namesAndValues), CLIENT);
  }

  /** Blocks of a title and header lines, as Envoy would hand them on: lower case, plus its own. */
  private static List<Arguments> recorded(String resource) {
    try (var in = requireNonNull(ProfileV1Test.class.getResourceAsStream("../" + resource))) {
      var blocks = new ArrayList<Arguments>();
      for (String block : new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n\n", -1)) {
        if (!block.startsWith("#")) {
          List<String> lines = block.lines().toList();
          var headers = new ArrayList<String>();
          for (String line : lines.subList(1, lines.size())) {
            int colon = line.indexOf(": ");
            headers.add(line.substring(0, colon));
            headers.add(line.substring(colon + 2));
          }
          headers.addAll(
              List.of("x-forwarded-proto", "https", "x-request-id", "1", "x-forwarded-for", "::1"));
          blocks.add(arguments(lines.getFirst(), headers.toArray(String[]::new)));
        }
      }
      return blocks;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  static List<Arguments> capturedFromRealBrowsers() {
    return recorded("captured.txt");
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource
  void capturedFromRealBrowsers(String title, String[] headers) {
    assertThat(score("https", headers)).as(title).isEqualTo(new BotScore(0, List.of()));
    assertThat(score("http", headers)).as(title).isEqualTo(new BotScore(0, List.of()));
  }

  /**
   * Header lists drawn from a model of recorded traffic, each as often as it occurs there, and not
   * the ones that points were chosen with. Accept-Language and Sec-Fetch headers are not in the
   * model; tools/bots adds them as the browsers do.
   */
  @Test
  void doesNotSuspectRecordedBrowsers() {
    int all = 0;
    int suspected = 0;
    int denied = 0;
    for (Arguments sample : recorded("browsers.txt")) {
      String title = (String) requireNonNull(sample.get()[0]);
      int drawn = Integer.parseInt(title.substring(title.lastIndexOf(' ') + 1));
      int score = score("https", (String[]) requireNonNull(sample.get()[1])).value();
      all += drawn;
      suspected += score >= 20 ? drawn : 0;
      denied += score >= 85 ? drawn : 0;
    }
    System.out.printf(
        "bot profile v1: of %d recorded browsers %d score 20 or more, %d score 85 or more%n",
        all, suspected, denied);
    assertThat(all).isEqualTo(3000);
    assertThat(suspected).isLessThanOrEqualTo(5);
    assertThat(denied).isZero();
  }

  static Stream<Arguments> tools() {
    return Stream.of(
        arguments(85, new String[] {"user-agent", "curl/8.5.0", "accept", "*/*"}),
        arguments(
            85,
            new String[] {
              "user-agent", "python-requests/2.32.3", "accept-encoding", "gzip, deflate",
              "accept", "*/*", "connection", "keep-alive"
            }),
        arguments(85, new String[] {"user-agent", "Go-http-client/2.0", "accept-encoding", "gzip"}),
        arguments(85, new String[] {"user-agent", "Java-http-client/25.0.1"}),
        arguments(85, new String[] {"user-agent", "okhttp/4.12.0", "accept-encoding", "gzip"}),
        arguments(
            85,
            new String[] {
              "accept",
              "*/*",
              "accept-language",
              "*",
              "sec-fetch-mode",
              "cors",
              "user-agent",
              "node",
              "accept-encoding",
              "br, gzip, deflate"
            }),
        arguments(90, new String[] {"user-agent", CHROME.replace("Chrome/", "HeadlessChrome/")}),
        arguments(95, new String[] {"user-agent", "sqlmap/1.8#stable (https://sqlmap.org)"}),
        arguments(
            75,
            new String[] {
              "user-agent",
              "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
              "accept",
              "text/html",
              "accept-encoding",
              "gzip, deflate, br",
              "accept-language",
              "en"
            }),
        arguments(75, new String[] {"user-agent", "AcmePriceScraper/1.0"}),
        arguments(70, new String[] {"accept", "*/*"}),
        arguments(70, new String[] {"user-agent", ""}),
        arguments(60, new String[] {"user-agent", "Mozilla/5.0"}));
  }

  @ParameterizedTest
  @MethodSource
  void tools(int least, String[] headers) {
    for (String scheme : new String[] {"http", "https"}) {
      assertThat(score(scheme, headers).value()).isBetween(least, 100);
    }
  }

  static Stream<Arguments> forgeries() {
    return Stream.of(
        // curl -A, also over plain HTTP where browsers send less.
        arguments("http", new String[] {"user-agent", CHROME, "accept", "*/*"}),
        arguments("http", new String[] {"user-agent", FIREFOX, "accept", "*/*"}),
        arguments("https", new String[] {"user-agent", CHROME, "accept", "*/*"}),
        // python-requests with a browser's name.
        arguments(
            "http",
            new String[] {
              "user-agent",
              CHROME,
              "accept-encoding",
              "gzip, deflate",
              "accept",
              "*/*",
              "connection",
              "keep-alive"
            }),
        // Every header of Chrome, in alphabetical order, and hints of another version.
        arguments(
            "https",
            new String[] {
              "accept",
              "*/*",
              "accept-encoding",
              "gzip, deflate, br",
              "accept-language",
              "en",
              "sec-ch-ua",
              "\"Chromium\";v=\"120\"",
              "sec-ch-ua-mobile",
              "?0",
              "sec-ch-ua-platform",
              "\"Windows\"",
              "sec-fetch-dest",
              "empty",
              "sec-fetch-mode",
              "cors",
              "sec-fetch-site",
              "same-origin",
              "user-agent",
              CHROME
            }),
        // Firefox with Chrome's hints.
        arguments(
            "https",
            new String[] {
              "sec-ch-ua",
              "\"Chromium\";v=\"147\"",
              "sec-ch-ua-mobile",
              "?0",
              "sec-ch-ua-platform",
              "\"Linux\"",
              "user-agent",
              FIREFOX,
              "accept",
              "*/*",
              "accept-language",
              "en",
              "accept-encoding",
              "gzip, deflate, br"
            }),
        // Headless Chrome that forgot its hints.
        arguments(
            "https",
            new String[] {
              "sec-ch-ua",
              "\"Chromium\";v=\"147\", \"HeadlessChrome\";v=\"147\"",
              "sec-ch-ua-mobile",
              "?0",
              "sec-ch-ua-platform",
              "\"Windows\"",
              "user-agent",
              CHROME,
              "accept",
              "*/*",
              "sec-fetch-site",
              "none",
              "sec-fetch-mode",
              "navigate",
              "sec-fetch-dest",
              "document",
              "accept-encoding",
              "gzip, deflate, br",
              "accept-language",
              "en"
            }));
  }

  @ParameterizedTest
  @MethodSource
  void forgeries(String scheme, String[] headers) {
    BotScore score = score(scheme, headers);
    assertThat(score.value()).isBetween(60, 100);
    assertThat(score.signals()).extracting(BotSignal::name).containsOnly("headers");
  }

  @Test
  void namesWhatItFound() {
    assertThat(score("https", "user-agent", "curl/8.5.0", "accept", "*/*").signals())
        .containsExactly(
            new BotSignal("userAgent", 80, "names an HTTP library or tool: curl"),
            new BotSignal(
                "headers", 25, "neither languages nor Sec-Fetch headers, as libraries do"));
  }

  @Test
  void weightsScaleAndTurnOff() {
    RequestContext curl = request("https", "user-agent", "curl/8.5.0", "accept", "*/*");
    assertThat(scorer(Map.of("userAgent", 50)).score(curl, CLIENT).value()).isEqualTo(40);
    assertThat(scorer(Map.of("userAgent", 0, "headers", 100)).score(curl, CLIENT).value())
        .isEqualTo(25);
    assertThat(scorer(Map.of("userAgent", 1000)).score(curl, CLIENT).value()).isEqualTo(100);
    assertThat(scorer(Map.of()).score(curl, CLIENT)).isEqualTo(new BotScore(0, List.of()));
  }

  @Test
  void allowedOnesScoreNothing() {
    BotSpec spec =
        spec(
            "v1",
            Map.of("userAgent", 100),
            List.of(Cidr.parse("198.51.100.0/24")),
            List.of("acme-monitor/"));
    BotScorer scorer = scorer(spec);
    assertThat(scorer.score(request("http", "user-agent", "curl/8"), CLIENT).value()).isEqualTo(80);
    assertThat(
            scorer.score(request("http", "user-agent", "curl/8"), IpAddress.parse("198.51.100.7")))
        .isEqualTo(new BotScore(0, List.of()));
    assertThat(scorer.score(request("http", "user-agent", "curl/8 acme-monitor/1"), CLIENT))
        .isEqualTo(new BotScore(0, List.of()));
    assertThat(scorer.score(request("http"), CLIENT).value()).isEqualTo(70);
  }

  @ParameterizedTest
  @ValueSource(strings = {"v2", "", "V1"})
  void refusesOtherProfiles(String profile) {
    assertThatThrownBy(() -> new ProfileV1().create(spec(profile, Map.of(), List.of(), List.of())))
        .isInstanceOf(UnloadablePlanException.class)
        .hasMessageContaining("there is v1");
  }

  @Test
  void refusesUnknownSignals() {
    assertThatThrownBy(
            () -> new ProfileV1().create(spec("v1", Map.of("moon", 1), List.of(), List.of())))
        .isInstanceOf(UnloadablePlanException.class)
        .hasMessageContaining("moon");
  }

  @Test
  void aFurtherFindingNeverLowersAScore() {
    var weights = new Weights(Map.of(Signal.USER_AGENT, 100, Signal.HEADERS, 100));
    for (Finding first : Finding.values()) {
      for (Finding second : Finding.values()) {
        var one = new Tally(weights);
        one.add(first);
        var both = new Tally(weights);
        both.add(first);
        both.add(second);
        assertThat(both.score().value()).isBetween(one.score().value(), 100);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"\u0000", "\uD800", "Mozilla/5.0 (", "bot", "Chrome/99999999999999999999"})
  void survivesAnyText(String text) {
    assertThat(score("https", "user-agent", text.repeat(2000)).value()).isBetween(25, 100);
    assertThat(
            score("https", "user-agent", text, "sec-ch-ua", text, "sec-ch-ua-platform", text)
                .value())
        .isBetween(25, 100);
  }
}

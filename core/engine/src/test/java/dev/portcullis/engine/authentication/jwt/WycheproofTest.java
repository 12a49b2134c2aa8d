// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication.jwt;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider;
import com.nimbusds.jose.util.JSONObjectUtils;
import dev.portcullis.engine.authentication.json.MalformedTextException;
import dev.portcullis.engine.authentication.json.StrictJson;
import dev.portcullis.engine.authentication.keys.JwkSetReader;
import dev.portcullis.engine.authentication.keys.VerificationKey;
import dev.portcullis.engine.authentication.keys.VerificationKeys;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The signature vectors of Project Wycheproof, which are no part of this project: where they are
 * absent the test is reported as skipped, with the place it looked at.
 */
class WycheproofTest {
  /** Vectors that Wycheproof accepts and we refuse, each with the reason. */
  private static final Map<Integer, String> REFUSED_BY_POLICY =
      Map.of(
          346, "its header says PS384, its key is for PS256 only",
          347, "its key is for ES521, which is not an algorithm (RFC 7518 has ES512)",
          350, "as 346",
          351, "as 347",
          372, "its header has a question mark, which is no base64url character",
          373, "its payload has a question mark, as 372");

  /**
   * Vectors that Wycheproof calls invalid though their text and key are, character by character,
   * those of 357, which it calls valid: the padding that they are about was lost on their way.
   */
  private static final Set<Integer> SAME_AS_VALID = Set.of(367, 370);

  /** Beside the project's root, or beside the folder of worktrees that holds it. */
  private static Path vectors() {
    Path home = Path.of(System.getProperty("portcullis.home", ".")).toAbsolutePath().normalize();
    Path file = Path.of("shared/data/wycheproof/json_web_signature_test.json");
    Path beside = home.resolveSibling(file);
    Path further = requireNonNull(home.getParent(), "root").resolveSibling(file);
    return Files.exists(further) ? further : beside;
  }

  /** Who verifies: the JVM's providers, and the native one where it loads. */
  static Stream<Arguments> providers() {
    AmazonCorrettoCryptoProvider fast = AmazonCorrettoCryptoProvider.INSTANCE;
    Stream<Arguments> jvm = Stream.of(arguments("JVM", Signatures.ofTheJvm()));
    return fast.getLoadingError() == null
        ? Stream.concat(jvm, Stream.of(arguments(fast.getName(), Signatures.by(fast))))
        : jvm;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("providers")
  @SuppressWarnings("unchecked")
  void acceptsNoInvalidSignatureAndEveryValidOneThatPolicyAllows(String name, Signatures signatures)
      throws Exception {
    Path file = vectors();
    assumeTrue(Files.exists(file), "skipped: Wycheproof's vectors are missing at " + file);
    var accepted = new ArrayList<String>();
    var refused = new TreeMap<Integer, String>();
    int valid = 0;
    int invalid = 0;
    for (Map<String, Object> group :
        objects(StrictJson.object(Files.readAllBytes(file)), "testGroups")) {
      Object jwk = requireNonNull(group.getOrDefault("public", group.get("private")));
      for (Map<String, Object> test : objects(group, "tests")) {
        int id = ((Long) member(test, "tcId")).intValue();
        boolean holds = holds((String) member(test, "jws"), (Map<String, Object>) jwk, signatures);
        String vector = id + " " + test.get("comment");
        if ("valid".equals(test.get("result"))) {
          valid++;
          if (!holds) {
            refused.put(id, vector);
          }
        } else {
          invalid++;
          if (holds && !SAME_AS_VALID.contains(id)) {
            accepted.add(vector);
          }
        }
      }
    }
    assertThat(accepted).as("invalid vectors that were accepted by %s", name).isEmpty();
    assertThat(refused.keySet())
        .as("valid vectors that were refused: %s", refused)
        .isEqualTo(REFUSED_BY_POLICY.keySet());
    assertThat(valid).isEqualTo(46);
    assertThat(invalid).isEqualTo(355);
  }

  private static Object member(Map<String, Object> object, String name) {
    return requireNonNull(object.get(name), name);
  }

  @SuppressWarnings("unchecked")
  private static List<Map<String, Object>> objects(Map<String, Object> object, String name) {
    return (List<Map<String, Object>>) member(object, name);
  }

  private static boolean holds(String token, Map<String, Object> jwk, Signatures signatures) {
    String set = JSONObjectUtils.toJSONString(Map.of("keys", List.of(jwk)));
    try {
      VerificationKeys keys = JwkSetReader.readSecret(set.getBytes(StandardCharsets.UTF_8)).keys();
      CompactJws jws = CompactJws.parse(token);
      List<VerificationKey> candidates = keys.candidates(jws.algorithm(), jws.keyId());
      return TokenVerifier.signedByOne(jws, candidates, signatures);
    } catch (MalformedTextException e) {
      return false;
    }
  }
}

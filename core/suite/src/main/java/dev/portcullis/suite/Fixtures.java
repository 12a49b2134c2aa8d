// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.suite;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a run needs beside its requests: keys of issuers, signed tokens and issued API keys, all
 * made afresh.
 *
 * <p>Fills placeholders in paths, header values, principals, bodies and texts of tokens: {@code
 * ${token.NAME}}, {@code ${apiKey.NAME}} and {@code ${repeat.TEXT.COUNT}}.
 */
public final class Fixtures {
  private static final Pattern PLACEHOLDER =
      Pattern.compile("\\$\\{(token|apiKey|repeat)\\.([^}]+)}");

  private final Suite suite;
  private final Map<String, IssuerKey> keys = new LinkedHashMap<>();
  private final Map<String, IssuedKey> apiKeys = new LinkedHashMap<>();
  private final Clock clock;

  public Fixtures(Suite suite, Clock clock) {
    this.suite = suite;
    this.clock = clock;
    suite
        .issuers()
        .forEach((name, issuer) -> keys.put(name, IssuerKey.generate(name, issuer.algorithm())));
    suite.apiKeys().forEach((name, key) -> apiKeys.put(name, IssuedKey.issue(name, key)));
  }

  /** JWKS documents by {@code namespace/name/key} of the Secret that a policy reads them from. */
  public Map<String, byte[]> secrets() {
    Map<String, byte[]> secrets = new LinkedHashMap<>();
    suite
        .issuers()
        .forEach((name, issuer) -> {
          if (issuer.secret() != null) {
            secrets.put(issuer.secret(), jwks(name));
          }
        });
    return secrets;
  }

  /** JWKS documents by the URI at which a policy looks for them. */
  public Map<String, byte[]> keySets() {
    Map<String, byte[]> keySets = new LinkedHashMap<>();
    suite
        .issuers()
        .forEach((name, issuer) -> {
          if (issuer.uri() != null) {
            keySets.put(issuer.uri(), jwks(name));
          }
        });
    return keySets;
  }

  private byte[] jwks(String issuer) {
    return key(issuer).jwks().getBytes(StandardCharsets.UTF_8);
  }

  /** The issued keys, in the suite's order. */
  public List<IssuedKey> apiKeys() {
    return List.copyOf(apiKeys.values());
  }

  /** The request with every placeholder filled. */
  public Case.Request fill(Case.Request request) {
    return new Case.Request(
        request.method(),
        fill(request.path()),
        request.host(),
        request.protocol(),
        request.headers().stream().map(h -> new Case.Header(h.name(), fill(h.value()))).toList(),
        request.from(),
        fill(request.principal()),
        fill(request.body()));
  }

  /** The text with every placeholder filled. */
  public String fill(String text) {
    if (!text.contains("${")) {
      return text;
    }
    return PLACEHOLDER
        .matcher(text)
        .replaceAll(found -> Matcher.quoteReplacement(value(found.group(1), found.group(2))));
  }

  private String value(String kind, String name) {
    return switch (kind) {
      case "token" -> {
        Token token = suite.tokens().get(name);
        if (token == null) {
          throw new SuiteException(suite.file() + ": no token is called " + name);
        }
        yield TokenMint.mint(token, key(token.issuer()), clock.instant(), this::fill);
      }
      case "apiKey" -> {
        IssuedKey key = apiKeys.get(name);
        if (key == null) {
          throw new SuiteException(suite.file() + ": no API key is called " + name);
        }
        yield key.text();
      }
      default -> {
        int dot = name.lastIndexOf('.');
        yield name.substring(0, dot).repeat(Integer.parseInt(name.substring(dot + 1)));
      }
    };
  }

  private IssuerKey key(String issuer) {
    IssuerKey key = keys.get(issuer);
    if (key == null) {
      throw new SuiteException(suite.file() + ": no issuer is called " + issuer);
    }
    return key;
  }
}

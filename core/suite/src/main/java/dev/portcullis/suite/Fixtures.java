// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.suite;

import dev.portcullis.policy.match.Cidr;
import dev.portcullis.policy.match.CidrSet;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a run needs beside its requests: keys of issuers, signed tokens and issued API keys, all
 * made afresh.
 *
 * <p>Fills placeholders in paths, header values, principals, URIs of certificates, bodies and texts
 * of tokens: {@code ${token.NAME}}, {@code ${opaque.NAME}}, {@code ${proof.NAME}}, {@code
 * ${jkt.NAME}} (the thumbprint of a holder's key), {@code ${x5t.NAME}} (the digest of his
 * certificate), {@code ${sha256.NAME}} (the same in hexadecimal), {@code ${apiKey.NAME}} and {@code
 * ${repeat.TEXT.COUNT}}, and {@code ${bytes.HEX}} for bytes that need not be text. In one request a
 * token is the same wherever it is named; in the next it is another.
 */
public final class Fixtures {
  private static final Pattern PLACEHOLDER =
      Pattern.compile("\\$\\{(token|opaque|proof|jkt|x5t|sha256|apiKey|bytes|repeat)\\.([^}]+)}");

  private final Suite suite;
  private final Map<String, IssuerKey> keys = new LinkedHashMap<>();
  private final Map<String, IssuerKey> holders = new LinkedHashMap<>();
  private final Map<String, IssuedKey> apiKeys = new LinkedHashMap<>();
  private final Map<String, Case.Issued> certificates = new HashMap<>();
  private final List<TokenServer> tokenServers;
  private final ClientAuthority authority;
  private final KeyPair strangers = ClientAuthority.newKeys();
  private final Clock clock;

  public Fixtures(Suite suite, Clock clock) {
    this.suite = suite;
    this.clock = clock;
    this.authority = new ClientAuthority(clock);
    suite
        .issuers()
        .forEach((name, issuer) ->
            keys.put(name, IssuerKey.generate(name, issuer.algorithm(), issuer.bits())));
    suite
        .holders()
        .forEach((name, holder) ->
            holders.put(name, IssuerKey.generate(name, holder.algorithm(), null)));
    suite.apiKeys().forEach((name, key) -> apiKeys.put(name, IssuedKey.issue(name, key)));
    tokenServers =
        suite.introspection().values().stream()
            .map(spec -> new TokenServer(spec, clock, this::fill))
            .toList();
  }

  /**
   * By {@code namespace/name/key} of the Secret that a policy reads them from: JWKS documents, and
   * what issuers that are asked about tokens know their client by.
   */
  public Map<String, byte[]> secrets() {
    Map<String, byte[]> secrets = published(Suite.Issuer::secret);
    for (TokenServer server : tokenServers) {
      server
          .secrets()
          .forEach((name, text) -> secrets.put(name, text.getBytes(StandardCharsets.UTF_8)));
    }
    return secrets;
  }

  /** JWKS documents by the URI at which a policy looks for them. */
  public Map<String, byte[]> keySets() {
    return published(Suite.Issuer::uri);
  }

  /** Issuers whose keys are at one place have one set there, in the suite's order. */
  private Map<String, byte[]> published(Function<Suite.Issuer, @Nullable String> place) {
    Map<String, List<Map<String, @Nullable Object>>> sets = new LinkedHashMap<>();
    suite
        .issuers()
        .forEach((name, issuer) -> {
          String there = place.apply(issuer);
          if (there != null) {
            Map<String, @Nullable Object> jwk = new LinkedHashMap<>(key(name).jwk());
            sets.computeIfAbsent(there, _ -> new ArrayList<>())
                .add(TokenMint.merged(jwk, issuer.jwk() == null ? Map.of() : issuer.jwk()));
          }
        });
    Map<String, byte[]> texts = new LinkedHashMap<>();
    sets.forEach((there, keys) ->
        texts.put(there, TokenMint.json(Map.of("keys", keys)).getBytes(StandardCharsets.UTF_8)));
    return texts;
  }

  /** A database of countries in MaxMind's format; null: the suite knows no country. */
  public byte @Nullable [] countries() {
    return database(
        "Country",
        place ->
            place.country() == null
                ? null
                : Map.of("country", Map.of("iso_code", place.country())));
  }

  /** A database of autonomous systems in MaxMind's format; null: the suite knows none. */
  public byte @Nullable [] systems() {
    return database(
        "ASN",
        place -> place.asn() == null ? null : Map.of("autonomous_system_number", place.asn()));
  }

  private byte @Nullable [] database(
      String type, Function<Suite.Place, @Nullable Map<String, Object>> value) {
    Map<Cidr, Map<String, Object>> networks = new LinkedHashMap<>();
    suite
        .geo()
        .forEach((range, place) -> {
          Map<String, Object> known = value.apply(place);
          if (known != null) {
            networks.put(range, known);
          }
        });
    return networks.isEmpty() ? null : GeoDatabaseFile.write(type, 28, clock.instant(), networks);
  }

  /** What stands for files of lists of addresses, by their names. */
  public Map<String, CidrSet> addressLists() {
    return suite.addressLists();
  }

  /** Issuers that are asked about their tokens, in the suite's order. */
  public List<TokenServer> tokenServers() {
    return tokenServers;
  }

  /** What was taken back, in the members that a revocation port takes, in the suite's order. */
  public List<Map<String, String>> revocations() {
    return suite.revocations().stream().map(this::members).toList();
  }

  private Map<String, String> members(Suite.Revocation revoked) {
    Map<String, String> members = new LinkedHashMap<>();
    put(members, "issuer", revoked.issuer());
    put(members, "namespace", revoked.namespace());
    put(members, "jti", revoked.jti());
    put(members, "sid", revoked.sid());
    put(members, "subject", revoked.subject());
    put(members, "issuedBefore", revoked.issuedBefore());
    String name = revoked.apiKey();
    if (name != null) {
      IssuedKey key = apiKey(name);
      members.put("keyId", key.key().id());
      members.put("namespace", key.spec().namespace());
    }
    return members;
  }

  private static void put(Map<String, String> members, String name, @Nullable String value) {
    if (value != null) {
      members.put(name, value);
    }
  }

  private IssuedKey apiKey(String name) {
    IssuedKey key = apiKeys.get(name);
    if (key == null) {
      throw new SuiteException(suite.file() + ": no API key is called " + name);
    }
    return key;
  }

  /** The issued keys that have a resource, in the suite's order. */
  public List<IssuedKey> apiKeys() {
    return apiKeys.values().stream()
        .filter(key -> key.spec().known() != Suite.ApiKey.Known.NOTHING)
        .toList();
  }

  /** The request with every placeholder filled. */
  public Case.Request fill(Case.Request request) {
    Map<String, String> minted = new HashMap<>();
    return new Case.Request(
        request.method(),
        fill(request.path(), minted),
        request.host(),
        request.protocol(),
        request.headers().stream()
            .map(h -> new Case.Header(h.name(), fill(h.value(), minted)))
            .toList(),
        request.from(),
        fill(request.principal(), minted),
        request.certificate() == null ? null : issued(request.certificate(), minted),
        fill(request.body(), minted));
  }

  /** Who signs the certificates that clients show. */
  public ClientAuthority authority() {
    return authority;
  }

  private Case.Certificate issued(Case.Certificate shown, Map<String, String> minted) {
    List<String> uris = shown.uris().stream().map(uri -> fill(uri, minted)).toList();
    Case.Issued issued =
        shown.holder() == null
            ? new Case.Issued(
                authority.issue(strangers.getPublic(), shown.dnsNames(), uris),
                strangers.getPrivate())
            : certificate(shown.holder());
    return new Case.Certificate(shown.dnsNames(), uris, shown.holder(), issued);
  }

  /** One for each holder, which is the same in all requests: tokens are bound to it. */
  private synchronized Case.Issued certificate(String holder) {
    return certificates.computeIfAbsent(
        holder,
        name -> {
          IssuerKey key = holder(name);
          if (!(key.verifying() instanceof PublicKey owner)
              || !(key.signing() instanceof PrivateKey signing)) {
            throw new SuiteException(
                suite.file() + ": holder " + name + " has no key that a certificate could be for");
          }
          return new Case.Issued(authority.issue(owner, List.of(), List.of()), signing);
        });
  }

  /** The text with every placeholder filled. */
  public String fill(String text) {
    return fill(text, new HashMap<>());
  }

  private String fill(String text, Map<String, String> minted) {
    if (!text.contains("${")) {
      return text;
    }
    return PLACEHOLDER
        .matcher(text)
        .replaceAll(
            found -> Matcher.quoteReplacement(value(found.group(1), found.group(2), minted)));
  }

  private String value(String kind, String name, Map<String, String> minted) {
    return switch (kind) {
      case "token" -> token(name, minted);
      case "proof" -> proof(name, minted);
      case "jkt" -> holder(name).thumbprint();
      case "x5t" -> base64(digest(certificate(name).certificate()));
      case "sha256" -> HexFormat.of().formatHex(digest(certificate(name).certificate()));
      case "opaque" ->
          tokenServers.stream()
              .map(server -> server.token(name))
              .filter(Objects::nonNull)
              .findFirst()
              .orElseThrow(
                  () -> new SuiteException(suite.file() + ": no opaque token is called " + name));
      case "apiKey" -> apiKey(name).text();
      case "bytes" -> WireText.of(name);
      default -> {
        int dot = name.lastIndexOf('.');
        yield name.substring(0, dot).repeat(Integer.parseInt(name.substring(dot + 1)));
      }
    };
  }

  private String token(String name, Map<String, String> minted) {
    String text = minted.get(name);
    if (text == null) {
      Token token = suite.tokens().get(name);
      if (token == null) {
        throw new SuiteException(suite.file() + ": no token is called " + name);
      }
      text =
          TokenMint.mint(token, key(token.issuer()), clock.instant(), inner -> fill(inner, minted));
      minted.put(name, text);
    }
    return text;
  }

  private String proof(String name, Map<String, String> minted) {
    Proof proof = suite.proofs().get(name);
    if (proof == null) {
      throw new SuiteException(suite.file() + ": no proof is called " + name);
    }
    IssuerKey holder = holder(proof.holder());
    Token token =
        proof.asToken(
            holder.jwk(),
            UUID.randomUUID().toString(),
            proof.token() == null
                ? ""
                : base64(hash(token(proof.token(), minted).getBytes(StandardCharsets.US_ASCII))),
            clock.instant().minus(TokenMint.duration(proof.age())).getEpochSecond());
    return TokenMint.mint(token, holder, clock.instant(), inner -> fill(inner, minted));
  }

  private static byte[] digest(X509Certificate certificate) {
    try {
      return hash(certificate.getEncoded());
    } catch (CertificateEncodingException e) {
      throw new IllegalStateException("we have written it ourselves", e);
    }
  }

  private static String base64(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private static byte[] hash(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private IssuerKey holder(String name) {
    IssuerKey key = holders.get(name);
    if (key == null) {
      throw new SuiteException(suite.file() + ": no holder is called " + name);
    }
    return key;
  }

  private IssuerKey key(String issuer) {
    IssuerKey key = keys.get(issuer);
    if (key == null) {
      throw new SuiteException(suite.file() + ": no issuer is called " + issuer);
    }
    return key;
  }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication.methods;

import static dev.portcullis.engine.authentication.TestToken.ISSUER;
import static dev.portcullis.engine.authentication.TestToken.good;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portcullis.engine.Patience;
import dev.portcullis.engine.UnloadablePlanException;
import dev.portcullis.engine.authentication.AuthenticationResult;
import dev.portcullis.engine.authentication.Authenticator;
import dev.portcullis.engine.authentication.TestKeys;
import dev.portcullis.engine.authentication.TestRequest;
import dev.portcullis.engine.authentication.TestToken;
import dev.portcullis.engine.authentication.introspection.Introspections;
import dev.portcullis.engine.authentication.jwt.Signatures;
import dev.portcullis.engine.authentication.jwt.TokenCache;
import dev.portcullis.engine.authentication.keys.KeyFetch;
import dev.portcullis.engine.authentication.keys.RemoteKeySet;
import dev.portcullis.engine.authentication.proof.HolderProofs;
import dev.portcullis.engine.revocation.Revocation;
import dev.portcullis.engine.revocation.RevocationKey;
import dev.portcullis.engine.revocation.RevocationSet;
import dev.portcullis.policy.apikey.ApiKeyText;
import dev.portcullis.policy.plan.ApiKeyRecord;
import dev.portcullis.policy.plan.AuthMethodSpec;
import dev.portcullis.policy.plan.AuthenticationSpec;
import dev.portcullis.policy.plan.CredentialLocation;
import dev.portcullis.policy.plan.JwksSpec;
import dev.portcullis.policy.plan.JwsAlgorithm;
import dev.portcullis.policy.plan.Mode;
import dev.portcullis.policy.plan.PolicyRef;
import dev.portcullis.policy.plan.RouteId;
import dev.portcullis.policy.plan.SecretMaterial;
import dev.portcullis.policy.plan.SecretRef;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class RouteAuthenticatorsTest {
  private static final String REMOTE = "https://idp.example.com/jwks";
  private static final String SET = TestKeys.set(TestKeys.rsaJwk(TestKeys.RSA, "k1"));
  private static final ApiKeyText KEY = ApiKeyText.generate(new SecureRandom());

  private final TokenCache cache = new TokenCache(1 << 20);
  private final Map<String, RemoteKeySet> remotes = new HashMap<>();
  private final Map<String, SecretMaterial> secrets = new HashMap<>();
  private final Map<String, ApiKeyRecord> keys = new HashMap<>();
  private final RevocationSet revoked = new RevocationSet(100);
  private final RouteAuthenticators factory =
      new RouteAuthenticators(
          cache,
          Signatures.ofTheJvm(),
          uri ->
              remotes.computeIfAbsent(
                  uri, u -> new RemoteKeySet(u, () -> Instant.ofEpochSecond(TestToken.NOW))),
          secrets::get,
          (namespace, id) -> keys.get(namespace + "/" + id),
          HolderProofs.alone(Signatures.ofTheJvm()),
          revoked,
          new Introspections(
              _ -> {
                throw new IllegalStateException("nobody is asked");
              },
              1 << 20,
              InstantSource.system()));

  private static final AuthMethodSpec.Jwt EMPLOYEES =
      TestToken.method("employees", new JwksSpec.Inline(SET), JwsAlgorithm.RS256);
  private static final AuthMethodSpec.Anonymous PUBLIC = new AuthMethodSpec.Anonymous("public");

  private static AuthMethodSpec.ApiKey partners(String... labels) {
    SortedMap<String, String> match = new TreeMap<>();
    for (int i = 0; i < labels.length; i += 2) {
      match.put(labels[i], labels[i + 1]);
    }
    return new AuthMethodSpec.ApiKey(
        "partners",
        "shop",
        match,
        List.of(new CredentialLocation(CredentialLocation.Kind.HEADER, "x-api-key", "")));
  }

  private static AuthMethodSpec.Jwt ofIssuer(String name, String issuer, JwksSpec jwks) {
    return new AuthMethodSpec.Jwt(
        name,
        issuer,
        List.of("orders"),
        jwks,
        List.of(JwsAlgorithm.RS256),
        Duration.ZERO,
        EMPLOYEES.from(),
        List.of());
  }

  private Authenticator authenticator(AuthMethodSpec... methods) throws UnloadablePlanException {
    return factory.create(
        new RouteId("shop/orders"),
        new AuthenticationSpec(
            new PolicyRef("ApiPolicy", "shop", "orders"), Mode.ENFORCE, List.of(methods)));
  }

  private void issue(boolean revoked, String notBefore, String expires, String... labels) {
    SortedMap<String, String> carried = new TreeMap<>();
    for (int i = 0; i < labels.length; i += 2) {
      carried.put(labels[i], labels[i + 1]);
    }
    keys.put(
        "shop/" + KEY.id(),
        new ApiKeyRecord(
            "shop",
            "acme-1",
            KEY.id(),
            KEY.sha256(),
            "acme",
            "gold",
            List.of("orders.read"),
            Instant.parse(notBefore),
            Instant.parse(expires),
            revoked,
            carried));
  }

  private void issue(String... labels) {
    issue(false, "2020-01-01T00:00:00Z", "2030-01-01T00:00:00Z", labels);
  }

  private static AuthenticationResult bearer(Authenticator authenticator, String token) {
    return authenticator.authenticate(
        TestRequest.of("/", "authorization", "Bearer " + token), Patience.COMPUTING);
  }

  private static AuthenticationResult apiKey(Authenticator authenticator, String key) {
    return authenticator.authenticate(TestRequest.of("/", "x-api-key", key), Patience.COMPUTING);
  }

  private static String methodOf(AuthenticationResult result) {
    assertThat(result).isInstanceOf(AuthenticationResult.Authenticated.class);
    return ((AuthenticationResult.Authenticated) result).identity().method();
  }

  @Test
  void anyMethodSuffices() throws Exception {
    issue();
    Authenticator both = authenticator(EMPLOYEES, partners());
    assertThat(methodOf(bearer(both, good().text()))).isEqualTo("employees");
    assertThat(methodOf(apiKey(both, KEY.reveal()))).isEqualTo("partners");
    assertThat(
            methodOf(
                both.authenticate(
                    TestRequest.of(
                        "/", "authorization", "Bearer forged", "x-api-key", KEY.reveal()),
                    Patience.COMPUTING)))
        .isEqualTo("partners");
  }

  @Test
  void tellsHowToPresentACredential() throws Exception {
    Authenticator both = authenticator(EMPLOYEES, partners());
    assertThat(both.authenticate(TestRequest.of("/"), Patience.COMPUTING))
        .isEqualTo(
            new AuthenticationResult.Missing(
                List.of(
                    "Bearer realm=\"shop/orders\"",
                    "ApiKey realm=\"shop/orders\", in=\"header\", name=\"x-api-key\"")));
    assertThat(bearer(both, "x.y.z"))
        .isEqualTo(
            new AuthenticationResult.Invalid(
                "employees",
                "the token is not a compact JWS with JSON in it",
                List.of(
                    "Bearer realm=\"shop/orders\", error=\"invalid_token\"",
                    "ApiKey realm=\"shop/orders\", in=\"header\", name=\"x-api-key\"")));
  }

  @Test
  void aCredentialThatFailsIsNeverMadeAnonymous() throws Exception {
    Authenticator open = authenticator(EMPLOYEES, partners(), PUBLIC);
    assertThat(methodOf(open.authenticate(TestRequest.of("/"), Patience.COMPUTING)))
        .isEqualTo("public");
    assertThat(
            methodOf(
                open.authenticate(
                    TestRequest.of("/", "authorization", "Basic YTpi"), Patience.COMPUTING)))
        .isEqualTo("public");
    assertThat(bearer(open, "x")).isInstanceOf(AuthenticationResult.Invalid.class);
    assertThat(apiKey(open, "x")).isInstanceOf(AuthenticationResult.Invalid.class);
  }

  @Test
  void contradictionsAreRefusedWhateverElseHolds() throws Exception {
    issue();
    assertThat(
            authenticator(partners(), EMPLOYEES, PUBLIC)
                .authenticate(
                    TestRequest.of(
                        "/",
                        "x-api-key",
                        KEY.reveal(),
                        "authorization",
                        "Bearer a",
                        "authorization",
                        "Bearer b"),
                    Patience.COMPUTING))
        .isInstanceOfSatisfying(
            AuthenticationResult.Invalid.class, invalid -> assertThat(invalid.method()).isEmpty());
  }

  @Test
  void withoutKeysNobodyCanTell() throws Exception {
    issue();
    AuthMethodSpec.Jwt remote = ofIssuer("remote", ISSUER, new JwksSpec.Remote(REMOTE));
    Authenticator authenticator = authenticator(remote, partners(), PUBLIC);
    assertThat(bearer(authenticator, good().text()))
        .isEqualTo(
            new AuthenticationResult.Unavailable("remote", "no keys from " + REMOTE + " yet"));
    assertThat(methodOf(apiKey(authenticator, KEY.reveal()))).isEqualTo("partners");
    assertThat(
            authenticator.authenticate(
                TestRequest.of("/", "authorization", "Bearer " + good().text(), "x-api-key", "x"),
                Patience.COMPUTING))
        .as("one that cannot tell outweighs one that refuses")
        .isInstanceOf(AuthenticationResult.Unavailable.class);

    assertThat(
            remotes.get(REMOTE) != null
                && remotes
                    .get(REMOTE)
                    .refreshIfDue(_ ->
                        new KeyFetch.Answer(
                            SET.getBytes(StandardCharsets.UTF_8), Duration.ofMinutes(5))))
        .isTrue();
    assertThat(methodOf(bearer(authenticator, good().text()))).isEqualTo("remote");
  }

  @Test
  void aTokenOfAnotherIssuerGoesToTheMethodThatKnowsItAndStaysThere() throws Exception {
    String other = "https://other.example.com/";
    Authenticator two =
        authenticator(
            ofIssuer("first", ISSUER, new JwksSpec.Inline(SET)),
            ofIssuer("second", other, new JwksSpec.Inline(SET)));
    String token = good().withClaim("iss", "\"" + other + "\"").text();
    assertThat(methodOf(bearer(two, token))).isEqualTo("second");
    assertThat(cache.size()).as("believed by one, disowned by the other").isEqualTo(2);
    assertThat(methodOf(bearer(two, token))).isEqualTo("second");
    bearer(two, good().withClaim("iss", "\"https://forged.example/\"").text());
    assertThat(cache.size()).isEqualTo(2);
  }

  @Test
  void secretsAreReadWhenTheyArrive() throws Exception {
    SecretMaterial material = SecretMaterial.of(SET.getBytes(StandardCharsets.UTF_8));
    var reference = new SecretRef("shop", "keys", "jwks.json", material.hash());
    Authenticator authenticator =
        authenticator(ofIssuer("sealed", ISSUER, new JwksSpec.FromSecret(reference)));
    assertThat(bearer(authenticator, good().text()))
        .isEqualTo(
            new AuthenticationResult.Unavailable(
                "sealed", "secret shop/keys key jwks.json has not arrived yet"));
    secrets.put(material.hash(), material);
    assertThat(methodOf(bearer(authenticator, good().text()))).isEqualTo("sealed");
  }

  @Test
  void plansThatCanNeverWorkAreNotLoaded() {
    SecretMaterial empty = SecretMaterial.of(new byte[0]);
    secrets.put(empty.hash(), empty);
    for (AuthMethodSpec method :
        List.of(
            ofIssuer("m", ISSUER, new JwksSpec.Inline("{\"keys\":[]}")),
            ofIssuer(
                "m", ISSUER, new JwksSpec.FromSecret(new SecretRef("a", "b", "c", empty.hash()))),
            TestToken.method("m", new JwksSpec.Inline(SET), JwsAlgorithm.HS256),
            TestToken.method("m", new JwksSpec.Inline(SET)),
            new AuthMethodSpec.ApiKey("m", "shop", new TreeMap<>(), List.of()))) {
      assertThatThrownBy(() -> authenticator(method))
          .isInstanceOf(UnloadablePlanException.class)
          .hasMessageContaining("method m");
    }
  }

  @Test
  void aKeySpeaksForItsClient() throws Exception {
    issue("api", "orders", "extra", "x");
    assertThat(apiKey(authenticator(partners("api", "orders")), KEY.reveal()))
        .isInstanceOfSatisfying(
            AuthenticationResult.Authenticated.class,
            result -> {
              assertThat(result.identity().subject()).isEqualTo("acme-1");
              assertThat(result.identity().client()).isEqualTo("acme");
              assertThat(result.identity().plan()).isEqualTo("gold");
              assertThat(result.identity().scopes()).containsExactly("orders.read");
            });
  }

  @Test
  void everyRefusedKeyLooksAlikeToTheClient() throws Exception {
    Authenticator authenticator = authenticator(partners("api", "orders"));
    String wrongSecret = ApiKeyText.generate(new SecureRandom()).reveal();
    AuthenticationResult unknown = apiKey(authenticator, wrongSecret);
    issue(true, "2020-01-01T00:00:00Z", "2030-01-01T00:00:00Z", "api", "orders");
    refusedLike(unknown, apiKey(authenticator, KEY.reveal()), "revoked");
    issue(false, "2028-01-01T00:00:00Z", "2030-01-01T00:00:00Z", "api", "orders");
    refusedLike(unknown, apiKey(authenticator, KEY.reveal()), "not valid yet");
    issue(false, "2020-01-01T00:00:00Z", "2027-01-15T08:00:00Z", "api", "orders");
    refusedLike(unknown, apiKey(authenticator, KEY.reveal()), "expired");
    issue("api", "billing");
    refusedLike(unknown, apiKey(authenticator, KEY.reveal()), "labels");
    // The id of a key that exists with the secret of another.
    ApiKeyRecord mine = keys.get("shop/" + KEY.id());
    assertThat(mine).isNotNull();
    String otherId = ApiKeyText.parse(wrongSecret).orElseThrow().id();
    keys.put("shop/" + otherId, mine);
    refusedLike(unknown, apiKey(authenticator, wrongSecret), "secret");
    refusedLike(
        unknown, apiKey(authenticator, KEY.reveal().toLowerCase(java.util.Locale.ROOT)), "text");
  }

  private void revoke(RevocationKey key) {
    Instant now = Instant.ofEpochSecond(TestToken.NOW);
    revoked.add(
        new Revocation(key, Revocation.ALL, now.plusSeconds(60), false, now.toEpochMilli()), now);
  }

  @Test
  void aRevokedTokenIsRefusedAlthoughItIsRemembered() throws Exception {
    Authenticator authenticator = authenticator(EMPLOYEES, PUBLIC);
    String token = TestToken.good().withClaim("jti", "\"t1\"").text();
    String other = TestToken.good().withClaim("jti", "\"t2\"").text();
    assertThat(methodOf(bearer(authenticator, token))).isEqualTo("employees");
    assertThat(cache.size()).isEqualTo(1);
    revoke(
        new RevocationKey(
            RevocationKey.Kind.TOKEN, RevocationKey.EVERYWHERE, TestToken.ISSUER, "t1"));
    // Not made anonymous either, and told no more than a forged one.
    refusedLike(bearer(authenticator, "x.y.z"), bearer(authenticator, token), "revoked");
    assertThat(methodOf(bearer(authenticator, other))).isEqualTo("employees");
  }

  @Test
  void aRevokedKeyIsRefusedLikeAnyOther() throws Exception {
    Authenticator authenticator = authenticator(partners("api", "orders"));
    issue("api", "orders");
    assertThat(methodOf(apiKey(authenticator, KEY.reveal()))).isEqualTo("partners");
    revoke(new RevocationKey(RevocationKey.Kind.API_KEY, "shop", "", KEY.id()));
    String unknown = ApiKeyText.generate(new SecureRandom()).reveal();
    refusedLike(apiKey(authenticator, unknown), apiKey(authenticator, KEY.reveal()), "is revoked");
  }

  private static void refusedLike(
      AuthenticationResult one, AuthenticationResult other, String detail) {
    assertThat(one).isInstanceOf(AuthenticationResult.Invalid.class);
    assertThat(other)
        .isInstanceOfSatisfying(
            AuthenticationResult.Invalid.class,
            invalid -> {
              assertThat(invalid.detail()).contains(detail).doesNotContain(KEY.reveal());
              assertThat(invalid.challenges())
                  .isEqualTo(((AuthenticationResult.Invalid) one).challenges());
            });
  }

  private AuthMethodSpec.Introspection opaque(CredentialLocation from) {
    SecretMaterial client = SecretMaterial.of("client".getBytes(StandardCharsets.US_ASCII));
    secrets.put(client.hash(), client);
    SecretRef ref = new SecretRef("shop", "idp", "client-id", client.hash());
    return new AuthMethodSpec.Introspection(
        "opaque",
        "https://idp.example.com/introspect",
        ref,
        ref,
        Duration.ofSeconds(30),
        Duration.ofSeconds(1),
        null,
        List.of(),
        List.of(from),
        List.of());
  }

  private static final CredentialLocation BEARER =
      new CredentialLocation(CredentialLocation.Kind.HEADER, "authorization", "bearer ");

  @Test
  void asksNoIssuerAboutWhatAnotherMethodIsFor() throws Exception {
    Authenticator both = authenticator(opaque(BEARER), EMPLOYEES);
    assertThat(bearer(both, "8a1fca2e")).isInstanceOf(AuthenticationResult.Asks.class);
    assertThat(bearer(both, "a.b.c")).isInstanceOf(AuthenticationResult.Asks.class);
    assertThat(bearer(both, "eyJhbGciOiJub25lIn0.e30."))
        .isInstanceOf(AuthenticationResult.Invalid.class);
    assertThat(bearer(authenticator(opaque(BEARER)), "eyJhbGciOiJub25lIn0.e30."))
        .isInstanceOf(AuthenticationResult.Asks.class);
    CredentialLocation elsewhere =
        new CredentialLocation(CredentialLocation.Kind.HEADER, "x-token", "");
    assertThat(
            authenticator(opaque(elsewhere), EMPLOYEES)
                .authenticate(
                    TestRequest.of("/", "x-token", "eyJhbGciOiJub25lIn0.e30."), Patience.NONE))
        .isInstanceOf(AuthenticationResult.Asks.class);
  }

  @Test
  void asksNobodyWithoutTheSecretOfTheClient() throws Exception {
    Authenticator asking = authenticator(opaque(BEARER));
    secrets.clear();
    assertThat(bearer(asking, "8a1fca2e")).isInstanceOf(AuthenticationResult.Unavailable.class);
  }
}

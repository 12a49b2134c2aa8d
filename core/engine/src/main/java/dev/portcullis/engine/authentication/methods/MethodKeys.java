// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication.methods;

import dev.portcullis.engine.UnloadablePlanException;
import dev.portcullis.engine.authentication.json.MalformedTextException;
import dev.portcullis.engine.authentication.keys.JwkSetReader;
import dev.portcullis.engine.authentication.keys.RemoteKeySet;
import dev.portcullis.engine.authentication.keys.VerificationKeys;
import dev.portcullis.engine.port.KeySource;
import dev.portcullis.engine.port.SecretSource;
import dev.portcullis.policy.plan.AuthMethodSpec;
import dev.portcullis.policy.plan.JwksSpec;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Where one method's keys come from. Reading them never waits. */
sealed interface MethodKeys {

  /** The keys now; null: there are none yet. */
  @Nullable VerificationKeys current();

  /** Why there are none, for operators. */
  String absence();

  /** Signals a token that names a key that is not among them; empty: it names none. */
  void unknownKey(String name);

  /** Keys that stand in the plan. */
  record Inline(VerificationKeys current) implements MethodKeys {

    @Override
    public String absence() {
      return "";
    }

    @Override
    public void unknownKey(String name) {
      // There are no newer ones: an edit of the policy brings another method.
    }
  }

  /**
   * Keys that are fetched from a server.
   *
   * @param server for people
   */
  record Remote(String server, RemoteKeySet set) implements MethodKeys {

    @Override
    public @Nullable VerificationKeys current() {
      return set.current();
    }

    @Override
    public String absence() {
      String error = set.state().lastError();
      return "no keys from " + server + " yet" + (error == null ? "" : ": " + error);
    }

    @Override
    public void unknownKey(String name) {
      set.unknownKey(name);
    }
  }

  /** Keys that travel apart from the plan. */
  record Secret(SecretKeys keys) implements MethodKeys {

    @Override
    public @Nullable VerificationKeys current() {
      return keys.current();
    }

    @Override
    public String absence() {
      return keys.absence();
    }

    @Override
    public void unknownKey(String name) {
      // A Secret that changes changes its hash, and with it the plan.
    }
  }

  /**
   * The keys of a method.
   *
   * @throws UnloadablePlanException when those that are there cannot be used
   */
  static MethodKeys of(AuthMethodSpec.Jwt method, KeySource remoteKeys, SecretSource secrets)
      throws UnloadablePlanException {
    return switch (method.jwks()) {
      case JwksSpec.Remote(String uri) -> new MethodKeys.Remote(uri, remoteKeys.keysAt(uri));
      case JwksSpec.Discovered discovered ->
          new MethodKeys.Remote(discovered.issuer(), remoteKeys.keysAt(discovered.uri()));
      case JwksSpec.Inline(String json) -> inline(method.name(), json);
      case JwksSpec.FromSecret(var secret) -> {
        var keys = new SecretKeys(secrets, secret);
        if (keys.unusable()) {
          throw new UnloadablePlanException("method " + method.name() + ": " + keys.absence());
        }
        yield new MethodKeys.Secret(keys);
      }
    };
  }

  private static MethodKeys inline(String method, String json) throws UnloadablePlanException {
    try {
      return new MethodKeys.Inline(
          JwkSetReader.readPublic(json.getBytes(StandardCharsets.UTF_8)).keys());
    } catch (MalformedTextException e) {
      throw new UnloadablePlanException("method " + method + ": jwks.inline: " + e.getMessage(), e);
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication.methods;

import dev.portcullis.engine.authentication.keys.RemoteKeySet;
import dev.portcullis.engine.authentication.keys.VerificationKeys;
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
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.port;

import dev.portcullis.policy.plan.SecretMaterial;
import java.io.IOException;
import java.time.Duration;

/** Asks issuers about tokens (RFC 7662). Thread-safe. */
@FunctionalInterface
public interface Introspector {

  /**
   * Asks once, and waits for the answer; bounded in time, size and number by the implementation.
   *
   * @return the JSON text of an answer of status 200
   * @throws IOException when there is no answer that can be used; its message is one line for
   *     people, and shows neither token nor secret
   */
  byte[] introspect(Question question) throws IOException, InterruptedException;

  /**
   * What is asked.
   *
   * @param endpoint URL of the issuer's introspection endpoint
   * @param client by whom it is asked
   * @param timeout how long the answer may take
   */
  record Question(String endpoint, Client client, String token, Duration timeout) {

    /** Never shows the token. */
    @Override
    public String toString() {
      return "Question[" + endpoint + "]";
    }
  }

  /** The credentials of a client of an authorization server; printable ASCII. */
  record Client(SecretMaterial id, SecretMaterial secret) {}
}

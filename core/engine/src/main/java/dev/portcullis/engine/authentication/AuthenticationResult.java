// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication;

import dev.portcullis.engine.Inquiry;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the methods of a route say of one request. */
public sealed interface AuthenticationResult {

  /** Some method holds. */
  record Authenticated(Identity identity) implements AuthenticationResult {}

  /**
   * The request carries no credentials, and no method lets it in without.
   *
   * @param challenges values of {@code WWW-Authenticate}, one per method that has a scheme
   */
  record Missing(List<String> challenges) implements AuthenticationResult {
    public Missing {
      challenges = List.copyOf(challenges);
    }
  }

  /**
   * The route asks for nothing but workload identities, and the connection has none that some
   * method names. There is nothing that the client could add to its request.
   */
  enum Unaccepted implements AuthenticationResult {
    UNACCEPTED
  }

  /**
   * The request carries credentials that fail; it is never made anonymous.
   *
   * @param method name of the method that refused, or empty when credentials contradict each other
   * @param detail why, for operators; never sent to clients, never the credential or a part of it
   * @param challenges values of {@code WWW-Authenticate}
   */
  record Invalid(String method, String detail, List<String> challenges)
      implements AuthenticationResult {
    public Invalid {
      challenges = List.copyOf(challenges);
    }
  }

  /**
   * The request carries a token that holds, and that whoever sent it is its holder is not proven.
   *
   * @param method name of the method that asks for the proof
   * @param detail why, for operators
   * @param challenges values of {@code WWW-Authenticate}
   * @param nonce that a proof must carry; null: that is not what is wrong
   */
  record Unproven(String method, String detail, List<String> challenges, @Nullable String nonce)
      implements AuthenticationResult {
    public Unproven {
      challenges = List.copyOf(challenges);
    }
  }

  /**
   * Whether the credentials hold cannot be found out now.
   *
   * @param method name of the method that cannot tell
   * @param cause for operators
   */
  record Unavailable(String method, String cause) implements AuthenticationResult {}

  /** Finding out takes longer than the thread may be kept; ask again where it may. */
  enum Waits implements AuthenticationResult {
    WAITS
  }

  /** Finding out takes the answer of somebody else; ask again with it. */
  record Asks(Inquiry inquiry) implements AuthenticationResult {}
}

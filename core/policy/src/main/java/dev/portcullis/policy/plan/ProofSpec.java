// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.policy.plan;

import java.util.List;

/** How whoever sends a token proves to be its holder. */
public sealed interface ProofSpec {

  /**
   * By a signature over each request (RFC 9449), with the key that the token names.
   *
   * @param origins under which clients may know the route, such as {@code https://api.example.com};
   *     empty: whatever host the request names
   * @param nonce whether proofs must carry a nonce of ours
   */
  record Dpop(List<String> origins, boolean nonce) implements ProofSpec {
    public Dpop {
      origins = List.copyOf(origins);
    }
  }

  /**
   * By the certificate that the client showed when its connection began (RFC 8705 section 3), and
   * whose digest the token names. Only a gateway that ends connections of clients sees it.
   */
  record MutualTls() implements ProofSpec {}
}

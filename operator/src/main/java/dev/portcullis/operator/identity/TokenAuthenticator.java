// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.identity;

/** Says whose token it is. */
@FunctionalInterface
public interface TokenAuthenticator {

  /** May block for as long as the authority takes; never throws. */
  TokenVerdict authenticate(String token);
}

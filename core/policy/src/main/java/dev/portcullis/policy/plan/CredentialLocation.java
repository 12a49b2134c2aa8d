// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.policy.plan;

/**
 * Where a credential stands in a request.
 *
 * @param name header name in lower case, cookie name or query parameter name
 * @param prefix that must stand before the credential, such as {@code "Bearer "}; empty for none.
 *     For a header, an authentication scheme is compared without regard to case (RFC 9110 section
 *     11.1)
 */
public record CredentialLocation(Kind kind, String name, String prefix) {

  /** The part of the request. */
  public enum Kind {
    HEADER,
    COOKIE,
    QUERY
  }

  /** Whether what stands at the one may stand at the other. */
  public boolean meets(CredentialLocation other) {
    return kind == other.kind && name.equals(other.name) && prefix.equalsIgnoreCase(other.prefix);
  }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.policy.plan;

import dev.portcullis.policy.match.CidrSet;

/**
 * What a list of addresses holds, as it travels: once, by its hash, however many routes use it.
 *
 * @param hash SHA-256 of the canonical text, 64 lower-case hexadecimal digits
 */
public record AddressList(String hash, CidrSet ranges) {

  /** Its hash; not what it holds. */
  @Override
  public String toString() {
    return "AddressList[" + hash + ", " + ranges.size() + " ranges]";
  }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication.keys;

import java.util.List;

/**
 * What a key set's text gave.
 *
 * @param skipped for people: one sentence for each entry that was left out, saying which and why;
 *     without key material
 */
public record KeySetText(VerificationKeys keys, List<String> skipped) {

  public KeySetText {
    skipped = List.copyOf(skipped);
  }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.fuzz;

import dev.portcullis.engine.decision.Decision;
import dev.portcullis.policy.apikey.ApiKeyText;
import java.util.Optional;

/** A text that is read as a key is that key's text, and nobody has one here. */
final class ApiKeyTarget implements FuzzTarget {
  private final Gate gate = new Gate();

  @Override
  public void accept(byte[] input) {
    String text = Texts.of(input);
    Optional<ApiKeyText> key = ApiKeyText.parse(text);
    if (key.isPresent() && !key.get().reveal().equals(text)) {
      throw new BrokenPromiseError("a key is not the text that it was read from");
    }
    Decision decision = gate.get("x-api-key", text);
    if (decision.refusal() == null) {
      throw new BrokenPromiseError("a key that nobody issued was let in");
    }
  }
}

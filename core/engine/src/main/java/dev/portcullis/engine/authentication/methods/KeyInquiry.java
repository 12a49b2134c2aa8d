// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication.methods;

import dev.portcullis.engine.Inquiry;
import dev.portcullis.engine.Patience;
import dev.portcullis.engine.port.StoredKeys;
import org.jspecify.annotations.Nullable;

/** The question about one key, for one request. */
final class KeyInquiry implements Inquiry {
  private final StoredKeys keys;
  private final String namespace;
  private final String id;
  private volatile StoredKeys.Answer answer = new StoredKeys.Answer.Unavailable("nobody asked");

  KeyInquiry(StoredKeys keys, String namespace, String id) {
    this.keys = keys;
    this.namespace = namespace;
    this.id = id;
  }

  /** What was answered for this request, or else is remembered; null: nothing. */
  static StoredKeys.@Nullable Answer known(
      StoredKeys keys, String namespace, String id, Patience patience) {
    for (Inquiry each : patience.answered()) {
      if (each instanceof KeyInquiry inquiry
          && inquiry.id.equals(id)
          && inquiry.namespace.equals(namespace)) {
        return inquiry.answer;
      }
    }
    return keys.recall(namespace, id);
  }

  @Override
  public void ask() {
    answer = keys.fetch(namespace, id);
  }
}

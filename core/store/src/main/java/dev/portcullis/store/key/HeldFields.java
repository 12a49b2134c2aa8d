// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.store.key;

import java.util.Map;

/** What a store holds where a key belongs; {@link KeyRecords#read} says whether it is one. */
public record HeldFields(String namespace, String id, Map<String, String> fields) {
  public HeldFields {
    fields = Map.copyOf(fields);
  }
}

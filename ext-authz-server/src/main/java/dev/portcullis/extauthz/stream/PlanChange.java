// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.stream;

import com.google.protobuf.ByteString;
import java.util.List;

/**
 * What one response of the operator brings.
 *
 * @param put resources that are new or different
 * @param removed names of resources that are gone
 */
public record PlanChange(PlanKind kind, List<Item> put, List<String> removed) {

  /**
   * One resource.
   *
   * @param version SHA-256 of the content, 64 lower-case hexadecimal digits
   */
  public record Item(String name, String version, ByteString content) {

    /** Shows no content: it may be secret. */
    @Override
    public String toString() {
      return name + "@" + version;
    }
  }

  public PlanChange {
    put = List.copyOf(put);
    removed = List.copyOf(removed);
  }
}

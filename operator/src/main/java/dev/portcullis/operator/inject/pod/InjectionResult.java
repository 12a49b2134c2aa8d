// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.inject.pod;

import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.List;

/** What becomes of a pod. */
public sealed interface InjectionResult {
  /** For whoever creates the pod; each at most 256 characters. */
  List<String> warnings();

  /**
   * The pod gets a sidecar, or has it already.
   *
   * @param patch RFC 6902, relative to the pod; empty when all is as it should be
   */
  record Injected(ArrayNode patch, List<String> warnings) implements InjectionResult {
    public Injected {
      warnings = List.copyOf(warnings);
    }
  }

  /** The pod stays as it is. */
  record Skipped(List<String> warnings) implements InjectionResult {
    public Skipped {
      warnings = List.copyOf(warnings);
    }
  }

  /** The pod must not be created as it is. */
  record Refused(String message) implements InjectionResult {
    @Override
    public List<String> warnings() {
      return List.of();
    }
  }
}

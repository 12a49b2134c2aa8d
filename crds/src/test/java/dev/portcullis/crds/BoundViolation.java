// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.crds;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * A document that breaks one bound of the schema.
 *
 * @param path of the field, as the API server writes it
 * @param complaint what the API server must say of it
 */
record BoundViolation(String path, String complaint, JsonNode document) {

  /** Whether a refusal is for this and names the field. */
  boolean explains(String refusal) {
    return refusal.contains(path) && refusal.contains(complaint);
  }

  @Override
  public String toString() {
    return path + ": " + complaint;
  }
}

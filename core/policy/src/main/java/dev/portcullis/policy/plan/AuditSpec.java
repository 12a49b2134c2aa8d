// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.policy.plan;

import java.util.List;

/**
 * What the decision log keeps.
 *
 * @param sample share of allowed requests that are logged, 0.0 to 1.0; refusals always are
 * @param redactHeaders names in lower case whose values are never written, beside the credentials
 *     that never are
 */
public record AuditSpec(double sample, List<String> redactHeaders) {

  public AuditSpec {
    redactHeaders = List.copyOf(redactHeaders);
    if (!(sample >= 0.0 && sample <= 1.0)) {
      throw new IllegalArgumentException("audit sample outside 0.0..1.0: " + sample);
    }
  }

  /** Logs every refusal and no allowed request. */
  public static AuditSpec refusalsOnly() {
    return new AuditSpec(0.0, List.of());
  }
}

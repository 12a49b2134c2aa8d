// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.cluster;

import java.io.Serial;

/** The cluster is not as the operator needs it; the message says what to do. */
public final class ClusterException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  ClusterException(String message, Throwable cause) {
    super(message, cause);
  }

  ClusterException(String message) {
    super(message);
  }
}

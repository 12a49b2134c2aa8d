// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator;

/**
 * Who writes. Serving never depends on it: every operator serves from its own informers, and only
 * the leader writes statuses, revisions and events.
 */
@FunctionalInterface
public interface Leadership {
  /** The only operator there is. */
  Leadership ALONE = () -> true;

  /** Whether this operator writes now. */
  boolean leads();
}

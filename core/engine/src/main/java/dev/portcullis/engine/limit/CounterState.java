// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.limit;

/**
 * What one counter remembers. Mutable; whoever holds it guards it.
 *
 * <p>A fresh one, all zeros, means that nothing was ever charged.
 */
public final class CounterState {
  long moment;
  long used;
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.identity;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** What is trusted now, and who wants to know when that changes. Thread-safe. */
public final class CurrentTrust {
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private volatile Trust trust;

  public CurrentTrust(Trust first) {
    this.trust = first;
  }

  public Trust get() {
    return trust;
  }

  /** Changes it, and tells everybody on the caller's thread unless it is what it was. */
  public void set(Trust next) {
    if (!next.equals(trust)) {
      trust = next;
      listeners.forEach(Runnable::run);
    }
  }

  /**
   * Has somebody told of every change from now on.
   *
   * @param listener must return at once and throw nothing
   */
  public void listen(Runnable listener) {
    listeners.add(listener);
  }
}

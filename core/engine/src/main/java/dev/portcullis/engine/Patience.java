// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine;

import java.util.ArrayList;
import java.util.List;

/**
 * For how long one step may keep the thread that decides, and what others have been asked for its
 * sake. Immutable.
 */
public final class Patience {
  /** Microseconds: the thread serves connections, and all of them wait for it. */
  public static final Patience NONE = new Patience(List.of());

  /** Milliseconds of work, such as the verification of a signature. Not of waiting. */
  public static final Patience COMPUTING = new Patience(List.of());

  private final List<Inquiry> answered;

  private Patience(List<Inquiry> answered) {
    this.answered = List.copyOf(answered);
  }

  /** As {@link #COMPUTING}, with one more answer. */
  Patience after(Inquiry answer) {
    List<Inquiry> all = new ArrayList<>(answered);
    all.add(answer);
    return new Patience(all);
  }

  /** What was asked for this request, and answered. */
  public List<Inquiry> answered() {
    return answered;
  }
}

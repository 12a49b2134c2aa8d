// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.valkey;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** A store that runs scripts while it is there. Thread-safe; never to be asked by an event loop. */
public interface ScriptStore {

  /** Servers learn these scripts when a session begins. */
  void learn(List<Script> scripts);

  /**
   * Tells of each new session.
   *
   * @param listener must not wait
   */
  void whenOpened(Runnable listener);

  /** Whether there is a session now. */
  boolean isOpen();

  /** How many sessions were lost. */
  long lost();

  /**
   * Runs a script, and waits as long as a request may. All keys must be of one hash tag.
   *
   * @throws StoreException when there is no answer, or one that is an error
   */
  List<String> run(Script script, List<String> keys, String... arguments)
      throws StoreException, InterruptedException;

  /** Runs a script, and waits for another time. */
  List<String> run(Duration patience, Script script, List<String> keys, String... arguments)
      throws StoreException, InterruptedException;

  /**
   * Runs a script, and waits for nothing; it may get lost. All keys must be of one hash tag.
   *
   * @return whether it was heard; if not, it may have been done all the same
   */
  CompletionStage<Boolean> tell(Script script, List<String> keys, String... arguments);

  /** Waits until what was told before has been heard, where one connection carries all. */
  void awaitTold(Duration patience) throws StoreException, InterruptedException;
}

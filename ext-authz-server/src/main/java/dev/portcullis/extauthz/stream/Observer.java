// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.stream;

import dev.portcullis.codec.observation.Observations;
import org.jspecify.annotations.Nullable;

/** Says what the operator should know of this replica. Called on the plan thread alone. */
public interface Observer {

  /** Somebody listens who may know nothing yet. */
  void begin();

  /** What is worth telling now; null: nothing that was not told. */
  @Nullable Observations news();

  /** It was told. */
  void told(Observations news);
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz;

import dev.portcullis.engine.Engine;

/** Makes the engine out of what the process provides; the seam at which tests put another. */
@FunctionalInterface
interface EngineMaker {

  /** Makes an engine that holds no plan yet. */
  Engine make(EnginePorts ports);
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.phase;

import dev.portcullis.engine.limit.Meter;
import dev.portcullis.engine.request.HeaderField;
import org.jspecify.annotations.Nullable;

/** A limit of which clients are told. */
interface ReportedLimit {

  /** Its name, of printable ASCII without quotes and backslashes. */
  String name();

  /** The policy header of this limit alone, when time does not change it; else null. */
  @Nullable HeaderField constantPolicy(Meter asked);
}

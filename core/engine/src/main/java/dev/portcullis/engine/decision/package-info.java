// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/** The outcome of a request: what was decided, by which rule, and what follows from it. */
@NullMarked
package dev.portcullis.engine.decision;

import org.jspecify.annotations.NullMarked;

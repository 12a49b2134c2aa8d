// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/** Route plans made ready to decide: compiled, held, and exchanged while requests run. */
@NullMarked
package dev.portcullis.engine.plan;

import org.jspecify.annotations.NullMarked;

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/** Explains decisions: where they are found, and what people read of them. */
@NullMarked
package dev.portcullis.cli.explain;

import org.jspecify.annotations.NullMarked;

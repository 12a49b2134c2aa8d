// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/** What is told of a decision: redacted, bounded, and as JSON. */
@NullMarked
package dev.portcullis.engine.record;

import org.jspecify.annotations.NullMarked;

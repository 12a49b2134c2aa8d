// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/** Load is put where it is meant to be, and what refuses is not measured. */
@NullMarked
package dev.portcullis.benchmarks.compare;

import org.jspecify.annotations.NullMarked;

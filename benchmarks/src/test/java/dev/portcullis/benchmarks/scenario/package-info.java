// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/** What every benchmark decides is what it is said to be. */
@NullMarked
package dev.portcullis.benchmarks.scenario;

import org.jspecify.annotations.NullMarked;

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/** Microbenchmarks decide what they say they decide. */
@NullMarked
package dev.portcullis.benchmarks.jmh;

import org.jspecify.annotations.NullMarked;

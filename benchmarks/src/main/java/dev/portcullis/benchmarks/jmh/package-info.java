// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/** Microbenchmarks (JMH): one operation each, in nanoseconds and in bytes allocated. */
@NullMarked
package dev.portcullis.benchmarks.jmh;

import org.jspecify.annotations.NullMarked;

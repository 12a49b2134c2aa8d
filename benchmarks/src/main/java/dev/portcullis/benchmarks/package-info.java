// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/**
 * Measures what Portcullis costs. Times differ from run to run and from machine to machine, so each
 * benchmark compares things within one run; no test asserts a time.
 */
@NullMarked
package dev.portcullis.benchmarks;

import org.jspecify.annotations.NullMarked;

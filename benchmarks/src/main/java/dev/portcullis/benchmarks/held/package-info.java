// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/** What is held in memory for each of many, in bytes. */
@NullMarked
package dev.portcullis.benchmarks.held;

import org.jspecify.annotations.NullMarked;

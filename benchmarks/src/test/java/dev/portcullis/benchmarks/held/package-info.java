// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/** What is counted is what is said to be. */
@NullMarked
package dev.portcullis.benchmarks.held;

import org.jspecify.annotations.NullMarked;

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/** What every benchmark decides: one request, one token, one plan, and parts of that plan. */
@NullMarked
package dev.portcullis.benchmarks.scenario;

import org.jspecify.annotations.NullMarked;

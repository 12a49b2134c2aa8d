// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/** The chart as a real API server takes it; what Helm renders is tested in {@code charts/tests}. */
@NullMarked
package dev.portcullis.e2e.chart;

import org.jspecify.annotations.NullMarked;

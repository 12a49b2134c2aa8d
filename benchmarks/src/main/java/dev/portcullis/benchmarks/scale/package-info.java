// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/**
 * How long many policies, and one edit among them, take from the API server until every program
 * that must know them says so: real API server, operator, decision service and Envoy.
 */
@NullMarked
package dev.portcullis.benchmarks.scale;

import org.jspecify.annotations.NullMarked;

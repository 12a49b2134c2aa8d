// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/**
 * Policy tests: requests and the decisions wanted of them, in YAML. One format serves the attack
 * corpus, the quickstart and users' own tests; one suite runs against the engine in process, the
 * gRPC server, or through Envoy.
 *
 * <pre>
 *   file ──SuiteReader──▶ Suite ──Fixtures──▶ requests with real tokens and keys ──Target──▶ Observation
 *                                                                  Expectation ◀──compared──┘
 * </pre>
 */
@NullMarked
package dev.portcullis.suite;

import org.jspecify.annotations.NullMarked;

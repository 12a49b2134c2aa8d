// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/**
 * Users' own policy tests, run in this process.
 *
 * <pre>
 *   paths ──SuiteFiles──▶ suites ──SuiteRun──▶ SuiteReport ──TestReport, JunitXml──▶ people, programs
 * </pre>
 */
@NullMarked
package dev.portcullis.cli.policytest;

import org.jspecify.annotations.NullMarked;

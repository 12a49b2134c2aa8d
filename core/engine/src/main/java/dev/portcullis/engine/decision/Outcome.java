// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.decision;

/** What came of beginning to decide a request. */
public sealed interface Outcome permits Decision, Suspended {}

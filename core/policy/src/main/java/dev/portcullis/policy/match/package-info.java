// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/**
 * Matchers of addresses, paths and methods: compiled once, immutable, free of allocation when they
 * match.
 */
@NullMarked
package dev.portcullis.policy.match;

import org.jspecify.annotations.NullMarked;

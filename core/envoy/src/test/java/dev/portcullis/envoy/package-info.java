// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/**
 * Tests of the translation; {@code golden} holds its golden files to account, {@code gate} real
 * Envoys.
 */
@NullMarked
package dev.portcullis.envoy;

import org.jspecify.annotations.NullMarked;

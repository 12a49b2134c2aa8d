// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/**
 * The attack corpus, asked three ways: the engine in process, the gRPC server, and Envoy with
 * everything behind it.
 */
@NullMarked
package dev.portcullis.e2e.corpus;

import org.jspecify.annotations.NullMarked;

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.sidecar;

import org.jspecify.annotations.Nullable;

/**
 * A TCP port that an application's containers declare.
 *
 * @param name null: it has none
 * @param number where the application listens
 * @param listen where its sidecar listens for it; the same where the network redirects
 */
record AppPort(@Nullable String name, int number, int listen) {}

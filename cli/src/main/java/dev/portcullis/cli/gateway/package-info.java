// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/**
 * Policies from files guard services on this machine: the compiler, the decision service and Envoy
 * without a cluster.
 */
@NullMarked
package dev.portcullis.cli.gateway;

import org.jspecify.annotations.NullMarked;

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/** Behaviour of real Envoys under the configuration that we generate. */
@NullMarked
package dev.portcullis.envoy.gate;

import org.jspecify.annotations.NullMarked;

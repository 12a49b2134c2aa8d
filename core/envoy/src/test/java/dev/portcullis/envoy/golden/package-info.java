// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/** Golden files: one plan, and the Envoy configuration that it must become. */
@NullMarked
package dev.portcullis.envoy.golden;

import org.jspecify.annotations.NullMarked;

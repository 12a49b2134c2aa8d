// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/** The HTTP filters of a guarded listener, one class each, and the one table of their order. */
@NullMarked
package dev.portcullis.envoy.filter;

import org.jspecify.annotations.NullMarked;

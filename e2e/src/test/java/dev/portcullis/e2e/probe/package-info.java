// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/** The operator's probe through a real Envoy to a real decision service. */
@NullMarked
package dev.portcullis.e2e.probe;

import org.jspecify.annotations.NullMarked;

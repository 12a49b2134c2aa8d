// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/** Tests of diagnostics. */
@NullMarked
package dev.portcullis.compiler.diagnostic;

import org.jspecify.annotations.NullMarked;

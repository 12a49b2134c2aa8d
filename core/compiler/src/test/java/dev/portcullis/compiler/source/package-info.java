// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/** Tests of reading policies. */
@NullMarked
package dev.portcullis.compiler.source;

import org.jspecify.annotations.NullMarked;

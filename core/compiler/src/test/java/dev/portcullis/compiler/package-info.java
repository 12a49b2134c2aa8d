// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/** Tests of the compiler, most of them golden files. */
@NullMarked
package dev.portcullis.compiler;

import org.jspecify.annotations.NullMarked;

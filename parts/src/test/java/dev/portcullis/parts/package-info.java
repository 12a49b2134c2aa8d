// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/** Tests of the real parts. */
@NullMarked
package dev.portcullis.parts;

import org.jspecify.annotations.NullMarked;

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/** Reads request paths that have one meaning, and finds the patterns that they match. */
@NullMarked
package dev.portcullis.engine.path;

import org.jspecify.annotations.NullMarked;

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/**
 * Writes and reads plans: one canonical JSON form for the wire, the disk, the golden files and the
 * version hash.
 */
@NullMarked
package dev.portcullis.codec;

import org.jspecify.annotations.NullMarked;

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/** Starting other programs, watching them, and ending every one that was started. */
@NullMarked
package dev.portcullis.cli.process;

import org.jspecify.annotations.NullMarked;

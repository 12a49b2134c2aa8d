// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/** The {@code portcullis} command. */
@NullMarked
package dev.portcullis.cli;

import org.jspecify.annotations.NullMarked;

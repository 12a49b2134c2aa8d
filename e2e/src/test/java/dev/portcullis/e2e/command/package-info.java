// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/** The command as a process of its own, as {@code ./portcullis} starts it. */
@NullMarked
package dev.portcullis.e2e.command;

import org.jspecify.annotations.NullMarked;

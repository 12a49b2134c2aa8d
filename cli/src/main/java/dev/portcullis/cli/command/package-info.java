// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/** One class for each sub-command: it reads the arguments and calls the part that does the work. */
@NullMarked
package dev.portcullis.cli.command;

import org.jspecify.annotations.NullMarked;

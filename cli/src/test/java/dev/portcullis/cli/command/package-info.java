// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/** Tests of each command, in process. */
@NullMarked
package dev.portcullis.cli.command;

import org.jspecify.annotations.NullMarked;

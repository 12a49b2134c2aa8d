// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/** What people see: progress, tables, colours on a terminal only. */
@NullMarked
package dev.portcullis.cli.terminal;

import org.jspecify.annotations.NullMarked;

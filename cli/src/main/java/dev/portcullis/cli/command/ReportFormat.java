// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.command;

/** How a command that checks something prints what it found. */
enum ReportFormat {
  /** For people. */
  TEXT,
  /** For programs. */
  JSON
}

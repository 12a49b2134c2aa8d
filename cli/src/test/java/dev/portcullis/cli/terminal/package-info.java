// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/** Tests of what people see. */
@NullMarked
package dev.portcullis.cli.terminal;

import org.jspecify.annotations.NullMarked;

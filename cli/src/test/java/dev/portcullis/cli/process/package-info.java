// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/** Tests of starting and watching programs. */
@NullMarked
package dev.portcullis.cli.process;

import org.jspecify.annotations.NullMarked;

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/** Tests of the command as a whole, in process. */
@NullMarked
package dev.portcullis.cli;

import org.jspecify.annotations.NullMarked;

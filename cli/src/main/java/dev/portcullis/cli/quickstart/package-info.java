// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/**
 * The whole of Portcullis on one machine: from an API server to a table of what was decided and
 * why.
 */
@NullMarked
package dev.portcullis.cli.quickstart;

import org.jspecify.annotations.NullMarked;

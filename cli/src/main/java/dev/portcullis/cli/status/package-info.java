// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/**
 * What a cluster says of its policies: which of them are in force, and what the others wait for.
 */
@NullMarked
package dev.portcullis.cli.status;

import org.jspecify.annotations.NullMarked;

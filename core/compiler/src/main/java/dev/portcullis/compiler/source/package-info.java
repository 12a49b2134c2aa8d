// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/**
 * Where resources come from: the YAML files of a user, or the API server. Readers here are the only
 * code of the compiler that touches a disk.
 */
@NullMarked
package dev.portcullis.compiler.source;

import org.jspecify.annotations.NullMarked;

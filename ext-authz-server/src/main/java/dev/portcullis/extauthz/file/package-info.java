// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/** Files that others replace while the process runs. */
@NullMarked
package dev.portcullis.extauthz.file;

import org.jspecify.annotations.NullMarked;

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/** The documentation is tried: its policies are compiled, its commands parsed or run. */
@NullMarked
package dev.portcullis.e2e.docs;

import org.jspecify.annotations.NullMarked;

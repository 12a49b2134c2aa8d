// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/** Generates the CRDs from the Java types, and tests them. */
@NullMarked
package dev.portcullis.crds;

import org.jspecify.annotations.NullMarked;

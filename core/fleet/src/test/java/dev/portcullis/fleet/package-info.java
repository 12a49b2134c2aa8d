// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
/** Tests of what sidecars are told. */
@NullMarked
package dev.portcullis.fleet;

import org.jspecify.annotations.NullMarked;

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/** Tests of speaking to Envoy. */
@NullMarked
package dev.portcullis.cli.through;

import org.jspecify.annotations.NullMarked;

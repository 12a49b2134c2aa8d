// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/** Tests of guarding from files, without starting anything. */
@NullMarked
package dev.portcullis.cli.gateway;

import org.jspecify.annotations.NullMarked;

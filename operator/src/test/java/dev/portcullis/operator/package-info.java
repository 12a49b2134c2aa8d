// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
/** Tests of the whole operator against a real API server. */
@NullMarked
package dev.portcullis.operator;

import org.jspecify.annotations.NullMarked;

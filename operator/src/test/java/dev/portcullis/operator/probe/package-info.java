// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
/** Tests of probes. */
@NullMarked
package dev.portcullis.operator.probe;

import org.jspecify.annotations.NullMarked;

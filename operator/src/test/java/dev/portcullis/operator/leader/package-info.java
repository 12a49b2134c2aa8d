// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
/** Tests of leadership. */
@NullMarked
package dev.portcullis.operator.leader;

import org.jspecify.annotations.NullMarked;

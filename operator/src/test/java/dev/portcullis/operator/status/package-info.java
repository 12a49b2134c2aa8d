// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
/** Tests of statuses. */
@NullMarked
package dev.portcullis.operator.status;

import org.jspecify.annotations.NullMarked;

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
/** Tests of the rollout. */
@NullMarked
package dev.portcullis.operator.rollout;

import org.jspecify.annotations.NullMarked;

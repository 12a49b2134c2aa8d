// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
/**
 * Says in the cluster what became of policies and keys: pure factories make statuses, one writer
 * writes those that differ.
 */
@NullMarked
package dev.portcullis.operator.status;

import org.jspecify.annotations.NullMarked;

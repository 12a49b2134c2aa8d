// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
/** Tests of what the operator sees of the cluster. */
@NullMarked
package dev.portcullis.operator.cluster;

import org.jspecify.annotations.NullMarked;

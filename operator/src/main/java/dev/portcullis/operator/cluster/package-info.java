// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
/**
 * What the operator sees of the cluster: informers that mark things dirty, and one snapshot read
 * from their caches. Nothing else reads the caches.
 */
@NullMarked
package dev.portcullis.operator.cluster;

import org.jspecify.annotations.NullMarked;

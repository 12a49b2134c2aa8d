// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
/** Pods that get a sidecar, as golden files, and what must hold for all of them. */
@NullMarked
package dev.portcullis.operator.inject.pod;

import org.jspecify.annotations.NullMarked;

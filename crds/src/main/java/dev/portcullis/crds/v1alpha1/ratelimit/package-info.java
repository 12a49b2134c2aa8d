// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/** The parts of a RateLimitPolicy. */
@NullMarked
package dev.portcullis.crds.v1alpha1.ratelimit;

import org.jspecify.annotations.NullMarked;

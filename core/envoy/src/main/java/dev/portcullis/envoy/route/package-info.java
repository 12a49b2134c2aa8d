// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/** Which request belongs to which service, and what a plan means for Envoy there. */
@NullMarked
package dev.portcullis.envoy.route;

import org.jspecify.annotations.NullMarked;

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/** Whom Envoy talks to, and how much of it. */
@NullMarked
package dev.portcullis.envoy.cluster;

import org.jspecify.annotations.NullMarked;

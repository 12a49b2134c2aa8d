// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/** What an Envoy beside an application is for, as the operator sees its pod. */
@NullMarked
package dev.portcullis.envoy.sidecar;

import org.jspecify.annotations.NullMarked;

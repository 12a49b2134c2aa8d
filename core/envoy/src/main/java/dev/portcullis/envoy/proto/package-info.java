// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/** Shorthand for protobuf messages that Envoy's configuration is full of. */
@NullMarked
package dev.portcullis.envoy.proto;

import org.jspecify.annotations.NullMarked;

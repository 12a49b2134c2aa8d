// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
/** Protobuf messages as bytes: how they reach gRPC, and how answers are written. */
@NullMarked
package dev.portcullis.extauthz.wire;

import org.jspecify.annotations.NullMarked;

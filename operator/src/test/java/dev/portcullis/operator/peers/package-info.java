// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
/** Tests of what operators tell each other. */
@NullMarked
package dev.portcullis.operator.peers;

import org.jspecify.annotations.NullMarked;

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
/** Proofs of possession that all decision services have seen, in the shared store. */
@NullMarked
package dev.portcullis.extauthz.proof;

import org.jspecify.annotations.NullMarked;

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
/** Chooses the code that verifies signatures. */
@NullMarked
package dev.portcullis.extauthz.crypto;

import org.jspecify.annotations.NullMarked;

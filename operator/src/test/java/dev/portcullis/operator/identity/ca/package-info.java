// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
/** Tests of the certificate authority and of tokens. */
@NullMarked
package dev.portcullis.operator.identity.ca;

import org.jspecify.annotations.NullMarked;

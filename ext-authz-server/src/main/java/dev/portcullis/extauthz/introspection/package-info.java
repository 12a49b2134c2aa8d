// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
/** Asks issuers about tokens over HTTP, on threads that may wait. */
@NullMarked
package dev.portcullis.extauthz.introspection;

import org.jspecify.annotations.NullMarked;

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
/** Issued keys in the shared store, for those who have too many for resources. */
@NullMarked
package dev.portcullis.extauthz.apikey;

import org.jspecify.annotations.NullMarked;

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
/** Issued keys as a store holds them: a hash each, under {@code portcullis:key:NAMESPACE:ID}. */
@NullMarked
package dev.portcullis.store.key;

import org.jspecify.annotations.NullMarked;

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/**
 * Keys that verify tokens: read from JWK sets with every doubtful entry left out, and kept fresh
 * without ever fetching on the request path.
 */
@NullMarked
package dev.portcullis.engine.authentication.keys;

import org.jspecify.annotations.NullMarked;

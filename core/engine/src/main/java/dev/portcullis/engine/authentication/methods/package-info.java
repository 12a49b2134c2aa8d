// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/**
 * The methods of a route, tried in order: any one suffices, and a credential that fails is never
 * made anonymous.
 */
@NullMarked
package dev.portcullis.engine.authentication.methods;

import org.jspecify.annotations.NullMarked;

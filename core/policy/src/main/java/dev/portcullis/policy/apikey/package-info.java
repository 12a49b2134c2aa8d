// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/** The text of API keys: how one is made, recognised and hashed. Knows nothing of requests. */
@NullMarked
package dev.portcullis.policy.apikey;

import org.jspecify.annotations.NullMarked;

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/** Credentials as requests carry them: found in one place, or refused when they contradict. */
@NullMarked
package dev.portcullis.engine.authentication.credential;

import org.jspecify.annotations.NullMarked;

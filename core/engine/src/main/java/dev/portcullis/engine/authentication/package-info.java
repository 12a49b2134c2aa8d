// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/** Who calls: reads credentials, verifies them, and says whose they are. */
@NullMarked
package dev.portcullis.engine.authentication;

import org.jspecify.annotations.NullMarked;

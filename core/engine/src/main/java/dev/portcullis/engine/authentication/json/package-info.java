// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/** JSON that may come from an enemy: read strictly, bounded, and the same by every reader. */
@NullMarked
package dev.portcullis.engine.authentication.json;

import org.jspecify.annotations.NullMarked;

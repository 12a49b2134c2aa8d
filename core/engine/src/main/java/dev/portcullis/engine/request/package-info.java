// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/** What the engine knows of one request: facts from the wire, and views of them made on demand. */
@NullMarked
package dev.portcullis.engine.request;

import org.jspecify.annotations.NullMarked;

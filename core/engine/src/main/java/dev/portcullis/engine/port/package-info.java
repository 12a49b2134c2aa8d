// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/** What the engine asks of the outside; the adapters live in the processes. */
@NullMarked
package dev.portcullis.engine.port;

import org.jspecify.annotations.NullMarked;

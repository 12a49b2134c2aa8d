// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/** Policy tests: put to the engine in this process, or through a running Envoy. */
@NullMarked
package dev.portcullis.cli.through;

import org.jspecify.annotations.NullMarked;

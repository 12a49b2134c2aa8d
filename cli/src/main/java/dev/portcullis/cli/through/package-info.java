// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/** Policy tests through a running Envoy. */
@NullMarked
package dev.portcullis.cli.through;

import org.jspecify.annotations.NullMarked;

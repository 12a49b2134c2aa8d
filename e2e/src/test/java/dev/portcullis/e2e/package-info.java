// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/** Users' journeys through the whole system, each of its parts real. */
@NullMarked
package dev.portcullis.e2e;

import org.jspecify.annotations.NullMarked;

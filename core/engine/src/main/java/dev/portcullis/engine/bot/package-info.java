// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/** How automated a request looks: signals, their weights, and the score. */
@NullMarked
package dev.portcullis.engine.bot;

import org.jspecify.annotations.NullMarked;

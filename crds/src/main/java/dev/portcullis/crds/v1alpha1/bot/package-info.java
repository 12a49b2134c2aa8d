// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/** The parts of a BotPolicy. */
@NullMarked
package dev.portcullis.crds.v1alpha1.bot;

import org.jspecify.annotations.NullMarked;

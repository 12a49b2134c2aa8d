// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/** What the reasons of refusals promise. */
@NullMarked
package dev.portcullis.policy.decision;

import org.jspecify.annotations.NullMarked;

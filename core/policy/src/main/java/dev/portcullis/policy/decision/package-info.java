// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/** The words of a decision: verdicts, reasons to deny, and the phases in their order. */
@NullMarked
package dev.portcullis.policy.decision;

import org.jspecify.annotations.NullMarked;

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/**
 * Programs that are given anything: each {@link dev.portcullis.fuzz.Target} hands bytes to one
 * reader of the decision path and throws when a promise is broken. What is to be tried again is
 * kept under {@code fuzz/corpus}, and every build tries it.
 */
@NullMarked
package dev.portcullis.fuzz;

import org.jspecify.annotations.NullMarked;

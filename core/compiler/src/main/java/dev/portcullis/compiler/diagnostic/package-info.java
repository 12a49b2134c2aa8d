// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/**
 * What is wrong with what a user wrote, where it stands and how to mend it, as data.
 *
 * <p>Checks record a {@link dev.portcullis.compiler.diagnostic.Finding} at a {@link
 * dev.portcullis.compiler.diagnostic.FieldPath} inside one resource; only when a result leaves the
 * compiler does an origin turn the path into a {@link dev.portcullis.compiler.diagnostic.Position},
 * so that findings can be kept although the file around them moved.
 */
@NullMarked
package dev.portcullis.compiler.diagnostic;

import org.jspecify.annotations.NullMarked;

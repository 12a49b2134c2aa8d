// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/**
 * Checks one resource by itself and turns its sections into parts of a plan.
 *
 * <p>Nothing here knows other resources, so that a result holds as long as the resource does not
 * change and can be kept by its revision.
 *
 * <pre>
 *   PolicySource ──PolicyCheck──▶ CheckedPolicy { targets, findings, content | null }
 * </pre>
 */
@NullMarked
package dev.portcullis.compiler.check;

import org.jspecify.annotations.NullMarked;

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/**
 * What would become of requests that were decided before, under policies that are not in force yet.
 *
 * <pre>
 *   decision log ──▶ RecordedDecisions ──▶ Preview ──▶ PreviewReport
 *                                           │   │
 *               policies of now ──▶ Replay ─┘   └─ Replay ◀── the same with the new ones
 *                                      └── RecordedCallers: who called, since no secret is logged
 * </pre>
 */
@NullMarked
package dev.portcullis.cli.preview;

import org.jspecify.annotations.NullMarked;

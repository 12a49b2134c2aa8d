// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/**
 * How an operator asks a gate whether it holds, and how the decision service behind it answers.
 *
 * <pre>
 *   operator --GET /.portcullis/probe/QUESTION--&gt; Envoy --check--&gt; decision service
 *      ^                                                               |
 *      +------ 403, x-portcullis-probe: ANSWER (route, version, who) --+
 * </pre>
 *
 * <p>Both are signed with a key that operators and decision services share and nobody else has. A
 * question is worth nothing to whoever copies it: its answer is always a refusal. An answer fits
 * one question only.
 */
@NullMarked
package dev.portcullis.codec.probe;

import org.jspecify.annotations.NullMarked;

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/**
 * The steps of a decision, one component per phase, and what they share while one request is
 * decided.
 *
 * <pre>
 *   HYGIENE ▶ FLOOD ▶ BOT_SCORE ▶ AUTHENTICATION ▶ BOT_ACTION ▶ RATES ▶ AUTHORIZATION ▶ QUOTAS
 * </pre>
 *
 * <p>A route has only the steps that its plan asks for; hygiene it always has.
 */
@NullMarked
package dev.portcullis.engine.phase;

import org.jspecify.annotations.NullMarked;

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/**
 * Profile {@code v1}: its signals, findings, points and their sum. A release never changes what a
 * request scores under it; other points make another profile.
 *
 * <pre>
 *   User-Agent ─ UserAgents ─▶ UserAgent ─┬─ AgentSignal  ─▶ finding ─┐
 *   headers ─ HeaderShape ────────────────┴─ HeaderSignal ─▶ findings ┴─ Tally ─▶ BotScore
 * </pre>
 */
@NullMarked
package dev.portcullis.engine.bot.v1;

import org.jspecify.annotations.NullMarked;

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.bot;

/**
 * One thing that made a score.
 *
 * @param name of the signal, such as {@code userAgent}
 * @param points that it contributed
 * @param note what was seen, for operators; no secrets
 */
public record BotSignal(String name, int points, String note) {}

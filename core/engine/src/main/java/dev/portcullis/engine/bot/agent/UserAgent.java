// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.bot.agent;

/**
 * What a User-Agent says of itself. Immutable; shared by all requests with the same text.
 *
 * @param name of the known program, or empty
 * @param engine of a browser, else {@link Engine#NONE}
 * @param major version of the engine's browser (Chrome, Firefox, Safari); 0 when it is not told
 * @param platform as {@code sec-ch-ua-platform} names it ({@code Windows}, {@code macOS}, {@code
 *     Linux}, {@code Android}, {@code iOS}, {@code Chrome OS}); empty when it is not told
 * @param mobile whether it says {@code Mobile}
 */
public record UserAgent(
    AgentKind kind, String name, Engine engine, int major, String platform, boolean mobile) {

  static final UserAgent NONE = new UserAgent(AgentKind.NONE, "", Engine.NONE, 0, "", false);

  static UserAgent program(AgentKind kind, String name) {
    return new UserAgent(kind, name, Engine.NONE, 0, "", false);
  }
}

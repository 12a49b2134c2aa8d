// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.bot.agent;

/** Reads a User-Agent. */
final class AgentReader {
  private final KnownAgents known;

  AgentReader(KnownAgents known) {
    this.known = known;
  }

  UserAgent read(String text) {
    if (text.isBlank()) {
      return UserAgent.NONE;
    }
    KnownAgents.Agent agent = known.find(text);
    if (agent != null) {
      return UserAgent.program(agent.kind(), agent.name());
    }
    if (text.startsWith("Mozilla/") || text.startsWith("Opera/")) {
      Engine engine = engine(text);
      return engine == Engine.NONE
          ? UserAgent.program(AgentKind.PRETENDER, "")
          : new UserAgent(
              AgentKind.BROWSER,
              "",
              engine,
              major(text, engine),
              platform(text),
              text.contains("Mobile"));
    }
    return UserAgent.program(AgentKind.OTHER, "");
  }

  private static Engine engine(String text) {
    if (text.contains("Trident/") || text.contains("MSIE ") || text.startsWith("Opera/")) {
      return Engine.RETIRED;
    }
    boolean webkit = text.contains("AppleWebKit/");
    if (text.contains("Chrome/") && webkit) {
      return text.contains("; wv)") || !text.contains("Safari/") ? Engine.WEBVIEW : Engine.CHROMIUM;
    }
    if (webkit && (text.contains("Version/") || text.contains("Mobile/"))) {
      return Engine.WEBKIT;
    }
    return text.contains("Gecko/") && text.contains("Firefox/") ? Engine.GECKO : Engine.NONE;
  }

  private static int major(String text, Engine engine) {
    return switch (engine) {
      case CHROMIUM, WEBVIEW -> numberAfter(text, "Chrome/");
      case GECKO -> numberAfter(text, "Firefox/");
      case WEBKIT -> numberAfter(text, "Version/");
      case RETIRED, NONE -> 0;
    };
  }

  /** The number after the first occurrence of a text, at most 9999; 0 when there is none. */
  static int numberAfter(String text, String before) {
    int at = text.indexOf(before);
    int number = 0;
    if (at >= 0) {
      for (int i = at + before.length(); i < text.length() && number < 1000; i++) {
        int digit = text.charAt(i) - '0';
        if (digit < 0 || digit > 9) {
          break;
        }
        number = number * 10 + digit;
      }
    }
    return number;
  }

  private static String platform(String text) {
    if (text.contains("Windows")) {
      return "Windows";
    }
    if (text.contains("Android")) {
      return "Android";
    }
    if (text.contains("iPhone") || text.contains("iPad")) {
      return "iOS";
    }
    if (text.contains("Macintosh")) {
      return "macOS";
    }
    if (text.contains("CrOS")) {
      return "Chrome OS";
    }
    return text.contains("Linux") ? "Linux" : "";
  }
}

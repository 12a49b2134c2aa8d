// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.bot.v1;

/**
 * What can be found, and how many points of 100 it is worth: about how many of 100 such requests
 * come from programs. Names and points are part of the profile and never change.
 */
enum Finding {
  // userAgent
  SCANNER(Signal.USER_AGENT, 95, "names a scanner"),
  AUTOMATION(Signal.USER_AGENT, 90, "names a browser that a program drives"),
  LIBRARY(Signal.USER_AGENT, 80, "names an HTTP library or tool"),
  CRAWLER(Signal.USER_AGENT, 75, "names a robot"),
  NO_AGENT(Signal.USER_AGENT, 70, "has no User-Agent"),
  PRETENDER(Signal.USER_AGENT, 60, "begins like a browser's and names no engine"),
  RETIRED(Signal.USER_AGENT, 40, "names a browser that is no longer made"),
  UNKNOWN_PROGRAM(Signal.USER_AGENT, 30, "names a program that is not known"),

  // headers: what a browser always sends
  NO_ACCEPT(Signal.HEADERS, 45, "a browser without Accept"),
  NO_ACCEPT_ENCODING(Signal.HEADERS, 40, "a browser without Accept-Encoding"),
  NO_ACCEPT_LANGUAGE(Signal.HEADERS, 40, "a browser without Accept-Language"),
  NO_FETCH_METADATA(Signal.HEADERS, 45, "this browser sends Sec-Fetch headers over TLS"),
  NO_CLIENT_HINTS(Signal.HEADERS, 40, "this browser sends Sec-CH-UA over TLS"),
  PARTIAL_FETCH_METADATA(Signal.HEADERS, 40, "some Sec-Fetch headers without the others"),
  PARTIAL_CLIENT_HINTS(Signal.HEADERS, 40, "Sec-CH-UA headers without Sec-CH-UA itself"),

  // headers: contradictions
  HEADLESS_HINT(Signal.HEADERS, 90, "Sec-CH-UA names a headless browser"),
  HINTS_OF_ANOTHER_ENGINE(Signal.HEADERS, 70, "Sec-CH-UA from an engine that never sends it"),
  HINT_VERSION(Signal.HEADERS, 60, "Sec-CH-UA and User-Agent name different versions"),
  HINT_PLATFORM(Signal.HEADERS, 50, "Sec-CH-UA-Platform and User-Agent name different systems"),
  HINT_MOBILE(Signal.HEADERS, 35, "Sec-CH-UA-Mobile and User-Agent contradict each other"),
  ANY_LANGUAGE(Signal.HEADERS, 50, "Accept-Language: *, which libraries send"),
  ODD_ENCODING(Signal.HEADERS, 35, "an Accept-Encoding that no browser sends"),
  ODD_ORDER(Signal.HEADERS, 40, "headers in an order in which this engine never sends them"),

  // headers: of programs that do not claim to be browsers
  BARE(Signal.HEADERS, 25, "neither languages nor Sec-Fetch headers, as libraries do");

  private final Signal signal;
  private final int points;
  private final String note;

  Finding(Signal signal, int points, String note) {
    this.signal = signal;
    this.points = points;
    this.note = note;
  }

  Signal signal() {
    return signal;
  }

  /** 1 to 99, before the policy's weight. */
  int points() {
    return points;
  }

  String note() {
    return note;
  }
}

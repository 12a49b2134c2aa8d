// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.bot.v1;

import dev.portcullis.engine.bot.agent.Engine;
import dev.portcullis.engine.bot.agent.UserAgent;

/** Whether Sec-CH-UA and its kin say the same as the User-Agent. */
final class ClientHints {
  private static final String CHROMIUM_VERSION = "\"Chromium\";v=\"";

  private ClientHints() {}

  static void judge(UserAgent agent, HeaderShape shape, Tally tally) {
    if (!shape.anyHint()) {
      return;
    }
    String brands = shape.value(shape.hints);
    if (brands != null && brands.contains("Headless")) {
      tally.add(Finding.HEADLESS_HINT);
    }
    if (agent.engine() == Engine.GECKO || agent.engine() == Engine.WEBKIT) {
      tally.add(Finding.HINTS_OF_ANOTHER_ENGINE);
      return;
    }
    if (brands != null && differs(brands, agent.major())) {
      tally.add(Finding.HINT_VERSION);
    }
    String platform = shape.value(shape.hintPlatform);
    if (platform != null && differs(platform, agent.platform())) {
      tally.add(Finding.HINT_PLATFORM);
    }
    // Tablets and desktop views are ?0; only ?1 without Mobile is impossible.
    if ("?1".equals(shape.value(shape.hintMobile)) && !agent.mobile()) {
      tally.add(Finding.HINT_MOBILE);
    }
  }

  private static boolean differs(String brands, int major) {
    int at = brands.indexOf(CHROMIUM_VERSION);
    if (at < 0 || major == 0) {
      return false;
    }
    int start = at + CHROMIUM_VERSION.length();
    int end = brands.indexOf('"', start);
    int version = 0;
    for (int i = start; i < end && i < start + 4; i++) {
      version = version * 10 + (brands.charAt(i) - '0');
    }
    return version != major;
  }

  /** Both names in quotes; a desktop view on Android says Linux in its User-Agent. */
  private static boolean differs(String quoted, String platform) {
    if (platform.isEmpty() || quoted.length() < 3) {
      return false;
    }
    boolean same = quoted.regionMatches(1, platform, 0, platform.length());
    boolean chromeOs = platform.equals("Chrome OS") && quoted.startsWith("\"Chromium OS");
    boolean desktopView =
        (platform.equals("Linux") || platform.equals("Android"))
            && (quoted.startsWith("\"Android") || quoted.startsWith("\"Linux"));
    return !same && !chromeOs && !desktopView && !quoted.startsWith("\"Unknown");
  }
}

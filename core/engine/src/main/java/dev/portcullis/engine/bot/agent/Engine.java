// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.bot.agent;

/** The engine of a browser: engines, and not brands, decide what headers are sent. */
public enum Engine {
  /** Chrome, Edge, Opera, Brave, Samsung Internet. */
  CHROMIUM,
  /** Chromium inside of an application on Android, which may send what it likes. */
  WEBVIEW,
  /** Firefox, but not on iOS. */
  GECKO,
  /** Safari, and every browser on iOS. */
  WEBKIT,
  /** Internet Explorer, Presto. */
  RETIRED,
  /** Not a browser. */
  NONE
}

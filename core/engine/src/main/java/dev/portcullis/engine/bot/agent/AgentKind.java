// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.bot.agent;

/** What kind of program a User-Agent names. */
public enum AgentKind {
  /** A browser that people use. */
  BROWSER,
  /** A program that names itself and is not known. */
  OTHER,
  /** Part of a browser's text, without an engine: no browser sends that. */
  PRETENDER,
  /** No User-Agent, or an empty one. */
  NONE,
  /** A robot that says so: search engine, monitor, archiver, feed reader, trainer of models. */
  CRAWLER,
  /** A library or tool that programs send requests with. */
  LIBRARY,
  /** A browser that a program drives. */
  AUTOMATION,
  /** A tool that looks for holes. */
  SCANNER
}

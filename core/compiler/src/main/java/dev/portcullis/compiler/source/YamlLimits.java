// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler.source;

/** How large a YAML text may be before reading it could harm the reader. */
final class YamlLimits {
  /** Of one file; ten thousand policies take about a fifth of it. */
  static final int CODE_POINTS = 32 * 1024 * 1024;

  /** The deepest field of our resources lies at 11. */
  static final int DEPTH = 32;

  /** Of one file, in all. */
  static final int ALIASES = 1_000;

  /** Of one document, aliases written out. */
  static final int VALUES = 200_000;

  private YamlLimits() {}
}

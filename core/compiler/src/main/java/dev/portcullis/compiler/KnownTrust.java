// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler;

/** Whose identities callers can prove to the proxies that the plan is for. */
public sealed interface KnownTrust {

  /** Nothing is known, as when files are validated without a cluster. */
  record Unknown() implements KnownTrust {}

  /** The proxies ask callers for no certificates, so that nobody can prove any. */
  record NoTls() implements KnownTrust {}

  /**
   * Those of one trust domain.
   *
   * @param name such as {@code cluster.local}
   */
  record Domain(String name) implements KnownTrust {}
}

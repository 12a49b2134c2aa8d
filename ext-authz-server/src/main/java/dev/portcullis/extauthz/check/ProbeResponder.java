// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.check;

import dev.portcullis.codec.probe.ProbeAnswer;
import dev.portcullis.codec.probe.ProbeKey;
import dev.portcullis.codec.probe.ProbeQuestion;
import dev.portcullis.policy.match.Principal;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Recognises the probes of operators among requests, and answers them. A path that only looks like
 * one is a request like any other. Thread-safe.
 */
public final class ProbeResponder {
  private final Supplier<List<ProbeKey>> keys;
  private final Function<String, @Nullable String> versions;
  private final InstantSource clock;

  /**
   * Puts the parts together.
   *
   * @param keys those that operators ask with now
   * @param versions the version of a route's plan; null: there is no such route
   */
  public ProbeResponder(
      Supplier<List<ProbeKey>> keys,
      Function<String, @Nullable String> versions,
      InstantSource clock) {
    this.keys = keys;
    this.versions = versions;
    this.clock = clock;
  }

  /** The answer to a probe, for {@link CheckResponseWriter#probed}; null: the check is none. */
  @Nullable String answer(IncomingCheck check) {
    String path = check.request().line().target();
    if (!path.startsWith(ProbeQuestion.PREFIX)) {
      return null;
    }
    Optional<ProbeQuestion.Verified> asked = ProbeQuestion.in(path, keys.get(), clock.instant());
    return asked.map(question -> about(check).to(question)).orElse(null);
  }

  private ProbeAnswer about(IncomingCheck check) {
    Principal principal = check.request().peer().principal();
    return new ProbeAnswer(
        check.route(),
        Objects.requireNonNullElse(versions.apply(check.route()), ""),
        principal == null ? "" : principal.toString());
  }
}

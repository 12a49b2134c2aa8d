// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.policy.plan;

import dev.portcullis.policy.match.OriginPattern;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * Which pages of other origins may call from a browser (the Fetch standard's CORS protocol). For
 * Envoy only: it answers preflights itself, which carry no credentials.
 *
 * @param origins any one suffices
 * @param methods in upper case
 * @param headers that a page may send, in lower case; empty: those in which the route's methods
 *     read credentials, and {@code content-type}
 * @param exposed that a page may read from an answer, in lower case
 * @param maxAge how long a browser may remember the answer to a preflight, at most 24 h
 * @param credentials whether a browser may send cookies and client certificates along
 */
public record CorsSpec(
    PolicyRef source,
    Mode mode,
    List<OriginPattern> origins,
    List<String> methods,
    List<String> headers,
    List<String> exposed,
    Duration maxAge,
    boolean credentials) {

  public CorsSpec {
    origins = List.copyOf(origins);
    methods = List.copyOf(methods);
    headers = List.copyOf(headers);
    exposed = List.copyOf(exposed);
  }

  /** The same with other headers that a page may send. */
  public CorsSpec withHeaders(List<String> others) {
    return new CorsSpec(source, mode, origins, methods, others, exposed, maxAge, credentials);
  }

  /** The same with more headers that a page may read. */
  public CorsSpec alsoExposing(List<String> more) {
    List<String> all = Stream.concat(exposed.stream(), more.stream()).distinct().toList();
    return new CorsSpec(source, mode, origins, methods, headers, all, maxAge, credentials);
  }
}

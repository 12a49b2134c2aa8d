// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.overload;

/**
 * How the service fared with a request.
 *
 * @param answered whether its answer began
 * @param failed whether it, or Envoy in its place, answered that it cannot
 * @param tookNanos from when the service had the request until its answer began, or until now if
 *     none did; negative: it never had it
 * @param begunAt when Envoy had it, in nanoseconds since 1970
 * @param guarded whether a part of the time may be that of another Envoy of ours, before the
 *     service
 */
public record LoadReport(
    LoadMark mark,
    boolean answered,
    boolean failed,
    long tookNanos,
    long begunAt,
    boolean guarded) {

  /** Of a service that had the request for all of the time. */
  public LoadReport(LoadMark mark, boolean answered, boolean failed, long tookNanos, long begunAt) {
    this(mark, answered, failed, tookNanos, begunAt, false);
  }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.overload;

/**
 * How the service fared with a request.
 *
 * @param answered whether its answer began
 * @param failed whether it, or Envoy in its place, answered that it cannot
 * @param tookNanos from when the service had the request until its answer began, or until now if
 *     none did; -1: it never had it
 * @param begunAt when Envoy had it, in nanoseconds since 1970
 */
public record LoadReport(
    LoadMark mark, boolean answered, boolean failed, long tookNanos, long begunAt) {}

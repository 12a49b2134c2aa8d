// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.suite;

/**
 * Something that decides requests: the engine, the gRPC server, or Envoy with everything behind it.
 */
@FunctionalInterface
public interface Target {

  /**
   * Puts one request and says what became of it.
   *
   * @param request with every placeholder filled
   * @throws Exception when it could not be asked at all; that fails the case
   */
  Observation send(String service, Case.Request request) throws Exception;
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.server;

/**
 * What one connection may ask of the gRPC server.
 *
 * @param threads event loops; a connection stays on one
 * @param maxStreams checks that one connection may have under way
 * @param maxMessageBytes of one check; must exceed what Envoy may buffer of a body plus 60 KiB of
 *     headers
 */
public record GrpcLimits(int threads, int maxStreams, int maxMessageBytes) {

  public GrpcLimits {
    if (threads < 1 || maxStreams < 1 || maxMessageBytes < 1) {
      throw new IllegalArgumentException("limits must be at least 1");
    }
  }
}

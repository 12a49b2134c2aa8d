// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.stream;

import io.grpc.CallCredentials;
import io.grpc.Metadata;
import io.grpc.SecurityLevel;
import io.grpc.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Executor;

/**
 * Proves who this replica is, by a token that stands in a file and is read anew for each call,
 * because Kubernetes rotates it there. Never sent in the clear.
 */
final class BearerToken extends CallCredentials {
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  private final Path file;

  BearerToken(Path file) {
    this.file = file;
  }

  @Override
  public void applyRequestMetadata(RequestInfo call, Executor executor, MetadataApplier applier) {
    if (call.getSecurityLevel() != SecurityLevel.PRIVACY_AND_INTEGRITY) {
      applier.fail(Status.UNAUTHENTICATED.withDescription("a token is not sent without TLS"));
      return;
    }
    try {
      Metadata headers = new Metadata();
      headers.put(AUTHORIZATION, "Bearer " + Files.readString(file).strip());
      applier.apply(headers);
    } catch (IOException e) {
      applier.fail(
          Status.UNAUTHENTICATED
              .withDescription("cannot read the token file " + file)
              .withCause(e));
    }
  }
}

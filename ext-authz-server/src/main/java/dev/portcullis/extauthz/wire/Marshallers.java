// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.wire;

import io.grpc.KnownLength;
import io.grpc.MethodDescriptor.Marshaller;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/**
 * What gRPC is told about messages: that they are bytes. Who reads them knows their fields, and a
 * message that cannot be read is the reader's to answer instead of a failure of the call.
 */
public final class Marshallers {
  /** Messages as they arrive; gRPC bounds their length. */
  public static final Marshaller<byte[]> BYTES = new Bytes();

  /** Messages as they leave. */
  public static final Marshaller<EncodedMessage> ENCODED = new Encoded();

  private Marshallers() {}

  private static byte[] read(InputStream stream) {
    try {
      return stream instanceof KnownLength
          ? stream.readNBytes(stream.available())
          : stream.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static final class Bytes implements Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] message) {
      return new EncodedMessage(message, 0).stream();
    }

    @Override
    public byte[] parse(InputStream stream) {
      return read(stream);
    }
  }

  private static final class Encoded implements Marshaller<EncodedMessage> {
    @Override
    public InputStream stream(EncodedMessage message) {
      return message.stream();
    }

    @Override
    public EncodedMessage parse(InputStream stream) {
      return new EncodedMessage(read(stream), 0);
    }
  }
}

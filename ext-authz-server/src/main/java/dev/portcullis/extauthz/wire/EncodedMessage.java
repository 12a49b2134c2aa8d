// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.wire;

import io.grpc.Drainable;
import io.grpc.KnownLength;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/** A Protobuf message in its wire format. Immutable. */
public final class EncodedMessage {
  private final byte[] bytes;
  private final int offset;

  /** The message from {@code offset} to the end of the bytes, which nobody may change any more. */
  EncodedMessage(byte[] bytes, int offset) {
    this.bytes = bytes;
    this.offset = offset;
  }

  /** Number of bytes. */
  public int size() {
    return bytes.length - offset;
  }

  /** The bytes, for those who parse them. */
  public ByteBuffer toBuffer() {
    return ByteBuffer.wrap(bytes, offset, size()).asReadOnlyBuffer();
  }

  InputStream stream() {
    return new Stream(bytes, offset);
  }

  /** Tells gRPC its length beforehand and hands over its bytes at once, so that none is copied. */
  private static final class Stream extends ByteArrayInputStream implements KnownLength, Drainable {
    Stream(byte[] bytes, int offset) {
      super(bytes, offset, bytes.length - offset);
    }

    @Override
    public int drainTo(OutputStream target) throws IOException {
      int length = count - pos;
      target.write(buf, pos, length);
      pos = count;
      return length;
    }
  }
}

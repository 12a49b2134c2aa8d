// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.xds;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Message;
import dev.portcullis.codec.PlanVersion;
import java.io.IOException;

/**
 * One resource as it is served.
 *
 * @param version SHA-256 of the deterministic serialisation, 64 lower-case hexadecimal digits:
 *     equal exactly when the bytes are, in this process and the next
 */
public record XdsResource(String name, String version, Any body) {

  /** A resource that is a protobuf message. */
  public static XdsResource of(ResourceType type, String name, Message message) {
    return of(type, name, deterministic(message));
  }

  /** A resource that is bytes of our own making: canonical JSON, or a secret. */
  public static XdsResource of(ResourceType type, String name, byte[] bytes) {
    Any body = Any.newBuilder().setTypeUrl(type.url()).setValue(ByteString.copyFrom(bytes)).build();
    return new XdsResource(name, PlanVersion.of(bytes), body);
  }

  /** Map fields are written in the order of their keys; Java's own order depends on the map. */
  private static byte[] deterministic(Message message) {
    byte[] bytes = new byte[message.getSerializedSize()];
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    out.useDeterministicSerialization();
    try {
      message.writeTo(out);
      out.checkNoSpaceLeft();
    } catch (IOException e) {
      throw new IllegalStateException("a message that does not fit its own size", e);
    }
    return bytes;
  }

  /** Approximate size on the wire, in bytes. */
  int size() {
    return body.getValue().size() + name.length() + version.length() + 64;
  }

  /** Names the resource; its body may be secret. */
  @Override
  public String toString() {
    return name + "@" + version;
  }
}

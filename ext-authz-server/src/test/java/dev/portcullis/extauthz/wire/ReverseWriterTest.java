// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.rpc.Status;
import io.grpc.Drainable;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ReverseWriterTest {

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 127, 128, 16_383, 16_384, Integer.MAX_VALUE, -1, Integer.MIN_VALUE})
  void writesNumbers(int number) throws Exception {
    ReverseWriter out = new ReverseWriter(1);
    out.number(Status.CODE_FIELD_NUMBER, number);
    assertThat(Status.parseFrom(out.finish().toBuffer()).getCode()).isEqualTo(number);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -0.0, 1, -1.5, Double.MAX_VALUE, Double.MIN_VALUE, Double.NaN})
  void writesReals(Double number) throws Exception {
    ReverseWriter out = new ReverseWriter(1);
    out.real(Value.NUMBER_VALUE_FIELD_NUMBER, number);
    assertThat(Value.parseFrom(out.finish().toBuffer()).getNumberValue()).isEqualTo(number);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a", "grün", "日本語", "🛡", "ascii and ünicode"})
  void writesText(String text) throws Exception {
    assertThat(written(text).getMessage()).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(ints = {30, 31, 32, 33, 127, 128, 1000, 100_000})
  void growsAsNeeded(int length) throws Exception {
    assertThat(written("x".repeat(length)).getMessage()).hasSize(length);
    assertThat(written("ü".repeat(length)).getMessage()).hasSize(length);
  }

  @Test
  void nestsMessages() throws Exception {
    ReverseWriter out = new ReverseWriter(1);
    for (String name : new String[] {"b", "a"}) {
      int entry = out.mark();
      out.string(Value.STRING_VALUE_FIELD_NUMBER, name + name);
      out.message(2, entry);
      out.string(1, name);
      out.message(Struct.FIELDS_FIELD_NUMBER, entry);
    }
    int empty = out.mark();
    out.message(2, out.mark());
    out.string(1, "empty");
    out.message(Struct.FIELDS_FIELD_NUMBER, empty);
    assertThat(Struct.parseFrom(out.finish().toBuffer()))
        .isEqualTo(
            Struct.newBuilder()
                .putFields("a", Value.newBuilder().setStringValue("aa").build())
                .putFields("b", Value.newBuilder().setStringValue("bb").build())
                .putFields("empty", Value.getDefaultInstance())
                .build());
  }

  @Test
  void handsItsBytesOver() throws IOException {
    ReverseWriter out = new ReverseWriter(100);
    out.string(Status.MESSAGE_FIELD_NUMBER, "text");
    EncodedMessage message = out.finish();
    InputStream stream = Marshallers.ENCODED.stream(message);
    assertThat(stream.available()).isEqualTo(message.size()).isEqualTo(6);
    ByteArrayOutputStream drained = new ByteArrayOutputStream();
    assertThat(((Drainable) stream).drainTo(drained)).isEqualTo(6);
    assertThat(drained.toByteArray())
        .isEqualTo(Status.newBuilder().setMessage("text").build().toByteArray());
    assertThat(stream.available()).isZero();
  }

  private static Status written(String text) throws InvalidProtocolBufferException {
    ReverseWriter out = new ReverseWriter(1);
    out.string(Status.MESSAGE_FIELD_NUMBER, text);
    out.number(Status.CODE_FIELD_NUMBER, 7);
    Status status = Status.parseFrom(out.finish().toBuffer());
    assertThat(status.getCode()).isEqualTo(7);
    return status;
  }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy.proto;

import com.github.xds.type.v3.TypedStruct;
import com.google.protobuf.Any;
import com.google.protobuf.Message;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;
import java.util.List;

/** Configurations of Envoy's extensions, packed. */
public final class Extensions {
  private static final String TYPES = "type.googleapis.com/";

  private Extensions() {}

  /** A named extension with its configuration. */
  public static TypedExtensionConfig named(String name, Message config) {
    return TypedExtensionConfig.newBuilder().setName(name).setTypedConfig(any(config)).build();
  }

  /** A configuration as it stands in {@code typed_config}. */
  public static Any any(Message config) {
    return Any.pack(config);
  }

  /**
   * A configuration in fields that our protobuf classes, which are Envoy 1.34's, do not know yet.
   *
   * @param type full name of the message
   */
  public static TypedStruct newer(String type, Struct value) {
    return TypedStruct.newBuilder().setTypeUrl(TYPES + type).setValue(value).build();
  }

  /** An object with one field. */
  public static Struct struct(String key, Value value) {
    return Struct.newBuilder().putFields(key, value).build();
  }

  /** A value that is an object. */
  public static Value value(Struct struct) {
    return Value.newBuilder().setStructValue(struct).build();
  }

  /** A value that is text. */
  public static Value value(String text) {
    return Value.newBuilder().setStringValue(text).build();
  }

  /** A value that is a number. */
  public static Value value(double number) {
    return Value.newBuilder().setNumberValue(number).build();
  }

  /** A value that is a truth. */
  public static Value value(boolean truth) {
    return Value.newBuilder().setBoolValue(truth).build();
  }

  /** A value that is a list of objects. */
  public static Value values(List<Struct> structs) {
    Value.Builder list = Value.newBuilder();
    structs.forEach(struct -> list.getListValueBuilder().addValues(value(struct)));
    return list.build();
  }
}

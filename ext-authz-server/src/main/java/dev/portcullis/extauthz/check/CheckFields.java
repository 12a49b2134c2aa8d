// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.check;

import static com.google.protobuf.WireFormat.WIRETYPE_LENGTH_DELIMITED;
import static com.google.protobuf.WireFormat.WIRETYPE_VARINT;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.portcullis.engine.request.ClientCertificates;
import dev.portcullis.engine.request.Headers;
import dev.portcullis.extauthz.wire.HeaderNames;
import dev.portcullis.policy.decision.CheckNames;
import dev.portcullis.policy.match.Principal;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.HeaderMap;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.service.auth.v3.AttributeContext;
import io.envoyproxy.envoy.service.auth.v3.AttributeContext.HttpRequest;
import io.envoyproxy.envoy.service.auth.v3.AttributeContext.Peer;
import io.envoyproxy.envoy.service.auth.v3.AttributeContext.Request;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a {@link CheckRequest} that decisions need, taken from the wire without the objects
 * of the generated class, which cost as much as the decision. Fields that are not named here are
 * skipped; of a field that comes twice the later one counts, as Protobuf has it. Bytes that are not
 * UTF-8 become U+FFFD, which no policy names: they match nothing, and a path with one is refused.
 * Not thread-safe; good for one check.
 */
final class CheckFields {
  // Tags: the field's number and how its value is written, which is nearly always with a length.
  private static final int ATTRIBUTES =
      CheckRequest.ATTRIBUTES_FIELD_NUMBER << 3 | WIRETYPE_LENGTH_DELIMITED;
  private static final int SOURCE =
      AttributeContext.SOURCE_FIELD_NUMBER << 3 | WIRETYPE_LENGTH_DELIMITED;
  private static final int REQUEST =
      AttributeContext.REQUEST_FIELD_NUMBER << 3 | WIRETYPE_LENGTH_DELIMITED;
  private static final int CONTEXT_EXTENSIONS =
      AttributeContext.CONTEXT_EXTENSIONS_FIELD_NUMBER << 3 | WIRETYPE_LENGTH_DELIMITED;
  private static final int PEER_ADDRESS =
      Peer.ADDRESS_FIELD_NUMBER << 3 | WIRETYPE_LENGTH_DELIMITED;
  private static final int PEER_PRINCIPAL =
      Peer.PRINCIPAL_FIELD_NUMBER << 3 | WIRETYPE_LENGTH_DELIMITED;
  private static final int PEER_CERTIFICATE =
      Peer.CERTIFICATE_FIELD_NUMBER << 3 | WIRETYPE_LENGTH_DELIMITED;
  private static final int SOCKET_ADDRESS =
      Address.SOCKET_ADDRESS_FIELD_NUMBER << 3 | WIRETYPE_LENGTH_DELIMITED;
  private static final int IP_ADDRESS =
      SocketAddress.ADDRESS_FIELD_NUMBER << 3 | WIRETYPE_LENGTH_DELIMITED;
  private static final int PORT = SocketAddress.PORT_VALUE_FIELD_NUMBER << 3 | WIRETYPE_VARINT;
  private static final int HTTP = Request.HTTP_FIELD_NUMBER << 3 | WIRETYPE_LENGTH_DELIMITED;
  private static final int ID = HttpRequest.ID_FIELD_NUMBER << 3 | WIRETYPE_LENGTH_DELIMITED;
  private static final int METHOD =
      HttpRequest.METHOD_FIELD_NUMBER << 3 | WIRETYPE_LENGTH_DELIMITED;
  private static final int HEADERS =
      HttpRequest.HEADERS_FIELD_NUMBER << 3 | WIRETYPE_LENGTH_DELIMITED;
  private static final int PATH = HttpRequest.PATH_FIELD_NUMBER << 3 | WIRETYPE_LENGTH_DELIMITED;
  private static final int HOST = HttpRequest.HOST_FIELD_NUMBER << 3 | WIRETYPE_LENGTH_DELIMITED;
  private static final int SCHEME =
      HttpRequest.SCHEME_FIELD_NUMBER << 3 | WIRETYPE_LENGTH_DELIMITED;
  private static final int PROTOCOL =
      HttpRequest.PROTOCOL_FIELD_NUMBER << 3 | WIRETYPE_LENGTH_DELIMITED;
  private static final int HEADER_MAP =
      HttpRequest.HEADER_MAP_FIELD_NUMBER << 3 | WIRETYPE_LENGTH_DELIMITED;
  private static final int HEADER = HeaderMap.HEADERS_FIELD_NUMBER << 3 | WIRETYPE_LENGTH_DELIMITED;
  private static final int HEADER_KEY =
      HeaderValue.KEY_FIELD_NUMBER << 3 | WIRETYPE_LENGTH_DELIMITED;
  private static final int HEADER_VALUE =
      HeaderValue.VALUE_FIELD_NUMBER << 3 | WIRETYPE_LENGTH_DELIMITED;
  private static final int HEADER_RAW_VALUE =
      HeaderValue.RAW_VALUE_FIELD_NUMBER << 3 | WIRETYPE_LENGTH_DELIMITED;

  // Entries of maps are messages of two fields.
  private static final int ENTRY_KEY = 1 << 3 | WIRETYPE_LENGTH_DELIMITED;
  private static final int ENTRY_VALUE = 2 << 3 | WIRETYPE_LENGTH_DELIMITED;

  private static final int EXPECTED_HEADERS = 24;

  private final byte[] check;

  String route = "";
  String address = "";
  int port;
  String principal = "";

  /** The client's certificate, PEM and URL-encoded; empty: none, or too long to be read. */
  String certificate = "";

  boolean http;
  String id = "";
  String method = "";
  String path = "";
  String host = "";
  String scheme = "";
  String protocol = "";

  /** Header lines as they came, without pseudo-headers; null: there is no raw header map. */
  Headers.@Nullable Builder rawHeaders;

  /** Headers of which equal ones were joined; null: there are none. */
  Headers.@Nullable Builder joinedHeaders;

  private String key = "";
  private String value = "";
  private String rawValue = "";

  /** Takes a check in its wire format. */
  CheckFields(byte[] check) {
    this.check = check;
  }

  /** Takes one field or skips it; false at the end of a group that never began. */
  @FunctionalInterface
  private interface Fields {
    boolean take(int tag, CodedInputStream in) throws IOException;
  }

  /**
   * Reads a whole check.
   *
   * @throws InvalidProtocolBufferException when it is no Protobuf message
   */
  void read() throws IOException {
    CodedInputStream in = CodedInputStream.newInstance(check);
    fields(in, this::check);
    in.checkLastTagWas(0);
  }

  private String name(CodedInputStream in) throws IOException {
    int length = in.readRawVarint32();
    int offset = in.getTotalBytesRead();
    in.skipRawBytes(length); // which throws when they are not all there
    return HeaderNames.of(check, offset, length);
  }

  /** A text that is longer than any that is read is none, and is not even copied. */
  private String atMost(int longest, CodedInputStream in) throws IOException {
    int length = in.readRawVarint32();
    int offset = in.getTotalBytesRead();
    in.skipRawBytes(length); // which throws when they are not all there
    return length > longest ? "" : new String(check, offset, length, StandardCharsets.UTF_8);
  }

  private static void fields(CodedInputStream in, Fields fields) throws IOException {
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (!fields.take(tag, in)) {
        throw new InvalidProtocolBufferException("a group ends that never began");
      }
    }
  }

  private static void message(CodedInputStream in, Fields fields) throws IOException {
    int outer = in.pushLimit(in.readRawVarint32());
    fields(in, fields);
    in.popLimit(outer);
  }

  private boolean check(int tag, CodedInputStream in) throws IOException {
    if (tag != ATTRIBUTES) {
      return in.skipField(tag);
    }
    message(in, this::attributes);
    return true;
  }

  private boolean attributes(int tag, CodedInputStream in) throws IOException {
    switch (tag) {
      case SOURCE -> message(in, this::peer);
      case REQUEST -> message(in, this::request);
      case CONTEXT_EXTENSIONS -> {
        entry(in);
        if (key.equals(CheckNames.ROUTE)) {
          route = value;
        }
      }
      default -> {
        return in.skipField(tag);
      }
    }
    return true;
  }

  private boolean peer(int tag, CodedInputStream in) throws IOException {
    switch (tag) {
      case PEER_ADDRESS -> message(in, this::address);
      case PEER_PRINCIPAL -> principal = atMost(Principal.MAX_LENGTH, in);
      case PEER_CERTIFICATE -> certificate = atMost(ClientCertificates.MAX_LENGTH, in);
      default -> {
        return in.skipField(tag);
      }
    }
    return true;
  }

  private boolean address(int tag, CodedInputStream in) throws IOException {
    if (tag != SOCKET_ADDRESS) {
      return in.skipField(tag);
    }
    message(in, this::socketAddress);
    return true;
  }

  private boolean socketAddress(int tag, CodedInputStream in) throws IOException {
    switch (tag) {
      case IP_ADDRESS -> address = in.readString();
      case PORT -> port = in.readUInt32();
      default -> {
        return in.skipField(tag);
      }
    }
    return true;
  }

  private boolean request(int tag, CodedInputStream in) throws IOException {
    if (tag != HTTP) {
      return in.skipField(tag);
    }
    http = true;
    message(in, this::httpRequest);
    return true;
  }

  private boolean httpRequest(int tag, CodedInputStream in) throws IOException {
    switch (tag) {
      case ID -> id = in.readString();
      case METHOD -> method = in.readString();
      case PATH -> path = in.readString();
      case HOST -> host = in.readString();
      case SCHEME -> scheme = in.readString();
      case PROTOCOL -> protocol = in.readString();
      case HEADERS -> {
        entry(in);
        joinedHeaders = begun(joinedHeaders);
        add(joinedHeaders, value);
      }
      case HEADER_MAP -> {
        rawHeaders = begun(rawHeaders);
        message(in, this::headerMap);
      }
      default -> {
        return in.skipField(tag);
      }
    }
    return true;
  }

  private boolean headerMap(int tag, CodedInputStream in) throws IOException {
    if (tag != HEADER) {
      return in.skipField(tag);
    }
    key = "";
    value = "";
    rawValue = "";
    message(in, this::header);
    rawHeaders = begun(rawHeaders);
    add(rawHeaders, rawValue.isEmpty() ? value : rawValue);
    return true;
  }

  private boolean header(int tag, CodedInputStream in) throws IOException {
    switch (tag) {
      case HEADER_KEY -> key = name(in);
      case HEADER_VALUE -> value = in.readString();
      case HEADER_RAW_VALUE -> rawValue = in.readString();
      default -> {
        return in.skipField(tag);
      }
    }
    return true;
  }

  private void entry(CodedInputStream in) throws IOException {
    key = "";
    value = "";
    message(in, this::keyAndValue);
  }

  private boolean keyAndValue(int tag, CodedInputStream in) throws IOException {
    switch (tag) {
      case ENTRY_KEY -> key = in.readString();
      case ENTRY_VALUE -> value = in.readString();
      default -> {
        return in.skipField(tag);
      }
    }
    return true;
  }

  private static Headers.Builder begun(Headers.@Nullable Builder headers) {
    return headers == null ? Headers.builder(EXPECTED_HEADERS) : headers;
  }

  /** Adds a header, unless it is a pseudo-header, which HTTP/2 has for the request line. */
  private void add(Headers.Builder headers, String headerValue) {
    if (!key.startsWith(":")) {
      headers.add(key, headerValue);
    }
  }
}

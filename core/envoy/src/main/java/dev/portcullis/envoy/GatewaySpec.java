// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy;

import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * An Envoy outside of pods that guards services for whoever reaches its one listener.
 *
 * <pre>
 * portcullis:
 *   kind: Gateway
 *   listen: {host: 127.0.0.1, port: 8080}
 *   extAuthz: [{host: 127.0.0.1, port: 9001}]
 *   upstreams:
 *   - {namespace: shop, service: orders, section: http, host: 127.0.0.1, port: 9000, protocol: HTTP1}
 * </pre>
 *
 * <p>{@code section} may be absent, {@code protocol} is HTTP1 when absent. A service appears once:
 * clients choose it by Host, and no Host names a port.
 *
 * @param listen an address and not a name
 * @param extAuthz 1 to {@value #MAX_EXT_AUTHZ}
 * @param upstreams 1 to {@value #MAX_UPSTREAMS}; one alone answers for every Host
 */
public record GatewaySpec(HostPort listen, List<HostPort> extAuthz, List<Upstream> upstreams)
    implements ProxySpec {
  /** How node metadata names this kind of proxy. */
  public static final String KIND = "Gateway";

  /** How many addresses of the decision service one proxy may name. */
  public static final int MAX_EXT_AUTHZ = 32;

  /** How many services one gateway may guard. */
  public static final int MAX_UPSTREAMS = 5_000;

  public GatewaySpec {
    extAuthz = List.copyOf(extAuthz);
    upstreams = List.copyOf(upstreams);
    if (!listen.isAddress()) {
      throw new IllegalArgumentException("listens on an IP address, not on a name: " + listen);
    }
    bounded("extAuthz", extAuthz.size(), MAX_EXT_AUTHZ);
    bounded("upstreams", upstreams.size(), MAX_UPSTREAMS);
    Set<String> services = new HashSet<>();
    for (Upstream upstream : upstreams) {
      if (!services.add(upstream.serviceRoute().value())) {
        throw new IllegalArgumentException(
            "service " + upstream.serviceRoute() + " is listed twice; a gateway serves one port");
      }
    }
  }

  static GatewaySpec read(MetadataReader reader) {
    return reader.checked(own ->
        new GatewaySpec(
            own.object("listen").checked(GatewaySpec::hostPort),
            own.objects("extAuthz", MAX_EXT_AUTHZ, GatewaySpec::hostPort),
            own.objects("upstreams", MAX_UPSTREAMS, GatewaySpec::upstream)));
  }

  @Override
  public Struct toMetadata() {
    Struct own =
        Struct.newBuilder()
            .putFields("kind", text(KIND))
            .putFields("listen", object(struct(listen)))
            .putFields("extAuthz", list(extAuthz, endpoint -> struct(endpoint)))
            .putFields("upstreams", list(upstreams, GatewaySpec::struct))
            .build();
    return Struct.newBuilder().putFields(KEY, object(own)).build();
  }

  private static HostPort hostPort(MetadataReader reader) {
    return new HostPort(reader.string("host"), reader.number("port"));
  }

  private static Upstream upstream(MetadataReader reader) {
    String protocol = reader.optionalString("protocol");
    return new Upstream(
        reader.string("namespace"),
        reader.string("service"),
        reader.optionalString("section"),
        hostPort(reader),
        protocol == null ? Upstream.Protocol.HTTP1 : protocol(protocol));
  }

  private static Upstream.Protocol protocol(String text) {
    for (Upstream.Protocol protocol : Upstream.Protocol.values()) {
      if (protocol.name().equals(text)) {
        return protocol;
      }
    }
    throw new IllegalArgumentException(
        "protocol must be HTTP1 or HTTP2, not " + MetadataReader.shown(text));
  }

  private static Struct struct(HostPort endpoint) {
    return Struct.newBuilder()
        .putFields("host", text(endpoint.host()))
        .putFields("port", Value.newBuilder().setNumberValue(endpoint.port()).build())
        .build();
  }

  private static Struct struct(Upstream upstream) {
    Struct.Builder builder =
        Struct.newBuilder()
            .putFields("namespace", text(upstream.namespace()))
            .putFields("service", text(upstream.service()));
    if (upstream.section() != null) {
      builder.putFields("section", text(upstream.section()));
    }
    return builder
        .putAllFields(struct(upstream.address()).getFieldsMap())
        .putFields("protocol", text(upstream.protocol().name()))
        .build();
  }

  private static <T> Value list(List<T> items, Function<T, Struct> struct) {
    ListValue.Builder values = ListValue.newBuilder();
    items.forEach(item -> values.addValues(object(struct.apply(item))));
    return Value.newBuilder().setListValue(values).build();
  }

  private static Value object(Struct struct) {
    return Value.newBuilder().setStructValue(struct).build();
  }

  private static Value text(String text) {
    return Value.newBuilder().setStringValue(text).build();
  }

  private static void bounded(String what, int size, int max) {
    if (size < 1 || size > max) {
      throw new IllegalArgumentException(what + ": 1 to " + max + " entries, not " + size);
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy;

import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.portcullis.envoy.cluster.ClientAuthorities;
import dev.portcullis.envoy.cluster.MountedCertificate;
import dev.portcullis.policy.identity.SpiffeId;
import dev.portcullis.policy.plan.RouteId;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An Envoy outside of pods that guards services for whoever reaches its one listener.
 *
 * <pre>
 * portcullis:
 *   kind: Gateway
 *   listen: {host: 127.0.0.1, port: 8080}
 *   extAuthz: [{host: 127.0.0.1, port: 9001}]
 *   decider: spiffe://cluster.local/ns/portcullis-system/sa/ext-authz
 *   certificate: /etc/portcullis/gateway/certificate.json
 *   clients: {authorities: /etc/portcullis/gateway/clients.json, required: false}
 *   upstreams:
 *   - {namespace: shop, service: orders, section: http, host: 127.0.0.1, port: 9000, protocol: HTTP1,
 *      hosts: [api.example.org]}
 * </pre>
 *
 * <p>{@code section} may be absent, {@code protocol} is HTTP1 when absent. A service appears once:
 * clients choose it by Host, and no Host names a port. With {@code hosts} of its own each of its
 * sections may appear, for other hosts.
 *
 * @param listen an address and not a name
 * @param extAuthz 1 to {@value #MAX_EXT_AUTHZ}
 * @param upstreams 1 to {@value #MAX_UPSTREAMS}; one alone, without hosts, answers for every Host
 * @param decider whom the decision service must prove to be; null: it is asked without TLS, and the
 *     gateway has no identity to show to anybody
 * @param certificate absolute path of the file that {@link MountedCertificate} describes; null: the
 *     listener speaks without TLS
 * @param clients which certificates clients may show; null: they are not asked for any. Needs the
 *     listener to speak TLS
 */
public record GatewaySpec(
    HostPort listen,
    List<HostPort> extAuthz,
    List<Upstream> upstreams,
    @Nullable SpiffeId decider,
    @Nullable Path certificate,
    @Nullable ClientAuthorities clients)
    implements ProxySpec {
  /** How node metadata names this kind of proxy. */
  public static final String KIND = "Gateway";

  /** How many addresses of the decision service one proxy may name. */
  public static final int MAX_EXT_AUTHZ = 32;

  /** How many services one gateway may guard. */
  public static final int MAX_UPSTREAMS = 5_000;

  /** Without TLS on either side. */
  public GatewaySpec(HostPort listen, List<HostPort> extAuthz, List<Upstream> upstreams) {
    this(listen, extAuthz, upstreams, null, null, null);
  }

  /** Whose clients are not asked for certificates. */
  public GatewaySpec(
      HostPort listen,
      List<HostPort> extAuthz,
      List<Upstream> upstreams,
      @Nullable SpiffeId decider,
      @Nullable Path certificate) {
    this(listen, extAuthz, upstreams, decider, certificate, null);
  }

  public GatewaySpec {
    extAuthz = List.copyOf(extAuthz);
    upstreams = List.copyOf(upstreams);
    if (!listen.isAddress()) {
      throw new IllegalArgumentException("listens on an IP address, not on a name: " + listen);
    }
    bounded("extAuthz", extAuthz.size(), MAX_EXT_AUTHZ);
    bounded("upstreams", upstreams.size(), MAX_UPSTREAMS);
    if (certificate != null && !certificate.isAbsolute()) {
      throw new IllegalArgumentException("not an absolute path: " + certificate);
    }
    if (clients != null && certificate == null) {
      throw new IllegalArgumentException(
          "clients show certificates only where the listener has one itself");
    }
    distinct(upstreams);
  }

  private static void distinct(List<Upstream> upstreams) {
    Set<String> services = new HashSet<>();
    Set<String> hosts = new HashSet<>();
    for (Upstream upstream : upstreams) {
      RouteId route =
          upstream.hosts().isEmpty() ? upstream.serviceRoute() : upstream.sectionRoute();
      if (!services.add(route.value())) {
        throw new IllegalArgumentException(
            "service " + route + " is listed twice; a gateway serves one port");
      }
      for (String host : upstream.hosts()) {
        if (!hosts.add(host)) {
          throw new IllegalArgumentException("host " + host + " leads to two services");
        }
      }
    }
  }

  static GatewaySpec read(MetadataReader reader) {
    return reader.checked(own ->
        new GatewaySpec(
            own.object("listen").checked(GatewaySpec::hostPort),
            own.objects("extAuthz", MAX_EXT_AUTHZ, GatewaySpec::hostPort),
            own.objects("upstreams", MAX_UPSTREAMS, GatewaySpec::upstream),
            decider(own.optionalString("decider")),
            path(own.optionalString("certificate")),
            own.optionalObject("clients", GatewaySpec::clients)));
  }

  private static @Nullable SpiffeId decider(@Nullable String text) {
    return text == null
        ? null
        : SpiffeId.parse(text)
            .orElseThrow(() ->
                new IllegalArgumentException(
                    "decider is not the id of a workload: " + MetadataReader.shown(text)));
  }

  private static ClientAuthorities clients(MetadataReader reader) {
    return new ClientAuthorities(Path.of(reader.string("authorities")), reader.truth("required"));
  }

  private static @Nullable Path path(@Nullable String text) {
    return text == null ? null : Path.of(text);
  }

  @Override
  public Struct toMetadata() {
    Struct.Builder own =
        Struct.newBuilder()
            .putFields("kind", text(KIND))
            .putFields("listen", object(struct(listen)))
            .putFields("extAuthz", list(extAuthz, endpoint -> struct(endpoint)))
            .putFields("upstreams", list(upstreams, GatewaySpec::struct));
    if (decider != null) {
      own.putFields("decider", text(decider.toString()));
    }
    if (certificate != null) {
      own.putFields("certificate", text(certificate.toString()));
    }
    if (clients != null) {
      own.putFields(
          "clients",
          object(
              Struct.newBuilder()
                  .putFields("authorities", text(clients.file().toString()))
                  .putFields(
                      "required", Value.newBuilder().setBoolValue(clients.required()).build())
                  .build()));
    }
    return Struct.newBuilder().putFields(KEY, object(own.build())).build();
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
        protocol == null ? Upstream.Protocol.HTTP1 : protocol(protocol),
        reader.strings("hosts", Upstream.MAX_HOSTS));
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
    if (!upstream.hosts().isEmpty()) {
      ListValue.Builder hosts = ListValue.newBuilder();
      upstream.hosts().forEach(host -> hosts.addValues(text(host)));
      builder.putFields("hosts", Value.newBuilder().setListValue(hosts).build());
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

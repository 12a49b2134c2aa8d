// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.util.JsonFormat;
import dev.portcullis.envoy.Upstream.Protocol;
import dev.portcullis.envoy.cluster.ClientAuthorities;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class GatewaySpecTest {
  private static final String GOOD =
      """
      {"portcullis": {"kind": "Gateway", "listen": {"host": "127.0.0.1", "port": 8080},
        "extAuthz": [{"host": "authz.internal", "port": 9001}],
        "upstreams": [{"namespace": "shop", "service": "orders", "section": "http",
          "host": "::1", "port": 9000, "protocol": "HTTP2"}]},
       "other": 1}
      """;

  @Test
  void readsWhatAnEnvoySays() {
    assertThat(ProxySpec.fromMetadata(metadata(GOOD)))
        .isEqualTo(
            new GatewaySpec(
                new HostPort("127.0.0.1", 8080),
                List.of(new HostPort("authz.internal", 9001)),
                List.of(
                    new Upstream(
                        "shop", "orders", "http", new HostPort("::1", 9000), Protocol.HTTP2))));
  }

  @Test
  void readsBackWhatItWrites() {
    ProxySpec spec = ProxySpec.fromMetadata(metadata(GOOD));
    assertThat(ProxySpec.fromMetadata(spec.toMetadata())).isEqualTo(spec);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {
        "\"portcullis\"| \"other1\"| portcullis: missing from the node metadata",
        "Gateway| Sidecar| portcullis.kind: must be Gateway, not \"Sidecar\"",
        "\"kind\"| \"kin\"| portcullis.kind: missing",
        "8080| 8080.5| portcullis.listen.port: must be a whole number",
        "8080| 1e30| portcullis.listen.port: must be a whole number",
        "8080| 70000| portcullis.listen: not a port (1 to 65535): 70000",
        "8080| \"8080\"| portcullis.listen.port: must be a whole number",
        "\"127.0.0.1\"| \"localhost\"| portcullis: listens on an IP address, not on a name:"
            + " localhost:8080",
        "\"127.0.0.1\"| \"1.2.3\"| portcullis.listen: not an IP address: 1.2.3",
        "\"section\"| \"sections\"| portcullis.upstreams[0]: unknown key \"sections\"",
        "\"shop\"| \"Shop\"| portcullis.upstreams[0]: not a DNS label in namespace: Shop",
        "\"shop\"| 7| portcullis.upstreams[0].namespace: must be a string",
        "HTTP2| HTTP3| portcullis.upstreams[0]: protocol must be HTTP1 or HTTP2, not \"HTTP3\"",
        "[{\"host\": \"authz.internal\", \"port\": 9001}]| []| portcullis.extAuthz: must be a list"
            + " of at least one object",
        "[{\"host\": \"authz.internal\", \"port\": 9001}]| [7]| portcullis.extAuthz[0]: must be an"
            + " object",
      })
  void saysWhatIsWrongAndWhere(String good, String bad, String message) {
    assertThat(GOOD).contains(good.strip());
    Struct broken = metadata(GOOD.replace(good.strip(), bad.strip()));
    assertThatThrownBy(() -> ProxySpec.fromMetadata(broken))
        .isInstanceOf(ProxySpecException.class)
        .hasMessage(message.strip());
  }

  @Test
  void readsWhichCertificatesClientsMayShow() {
    String with =
        GOOD.replace(
            "\"listen\"",
            "\"certificate\": \"/c.json\", \"clients\": {\"authorities\": \"/a.json\","
                + " \"required\": true}, \"listen\"");
    ProxySpec spec = ProxySpec.fromMetadata(metadata(with));
    assertThat(spec)
        .isInstanceOfSatisfying(
            GatewaySpec.class,
            gateway ->
                assertThat(gateway.clients())
                    .isEqualTo(new ClientAuthorities(Path.of("/a.json"), true)));
    assertThat(ProxySpec.fromMetadata(spec.toMetadata())).isEqualTo(spec);
    assertRefused(with.replace("true", "1"), "portcullis.clients.required: must be true or false");
    assertRefused(
        with.replace("/a.json", "a.json"), "portcullis.clients: not an absolute path: a.json");
    assertRefused(
        with.replace("\"certificate\": \"/c.json\",", ""),
        "portcullis: clients show certificates only where the listener has one itself");
  }

  private static void assertRefused(String text, String message) {
    assertThatThrownBy(() -> ProxySpec.fromMetadata(metadata(text)))
        .isInstanceOf(ProxySpecException.class)
        .hasMessage(message);
  }

  @Test
  void takesAServiceOnce() {
    assertThatThrownBy(() -> gateway(List.of(upstream("orders", "http"), upstream("orders", "b"))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("service shop/orders is listed twice; a gateway serves one port");
  }

  @Test
  void isBounded() {
    List<Upstream> many =
        IntStream.rangeClosed(0, GatewaySpec.MAX_UPSTREAMS)
            .mapToObj(i -> upstream("s" + i, null))
            .toList();
    assertThat(gateway(many.subList(1, many.size())).upstreams())
        .hasSize(GatewaySpec.MAX_UPSTREAMS);
    assertThatThrownBy(() -> gateway(many)).hasMessage("upstreams: 1 to 5000 entries, not 5001");
    assertThatThrownBy(() -> gateway(List.of())).hasMessage("upstreams: 1 to 5000 entries, not 0");
  }

  @Test
  void showsLittleOfWhatAStrangerWrote() {
    Struct broken = metadata(GOOD.replace("Gateway", "x\\n".repeat(200)));
    assertThatThrownBy(() -> ProxySpec.fromMetadata(broken))
        .isInstanceOfSatisfying(
            ProxySpecException.class,
            e -> assertThat(e.getMessage()).hasSizeLessThan(120).doesNotContain("\n"));
  }

  private static GatewaySpec gateway(List<Upstream> upstreams) {
    HostPort any = new HostPort("127.0.0.1", 1);
    return new GatewaySpec(any, List.of(any), upstreams);
  }

  private static Upstream upstream(
      String service, @org.jspecify.annotations.Nullable String section) {
    return new Upstream("shop", service, section, new HostPort("127.0.0.1", 1), Protocol.HTTP1);
  }

  private static Struct metadata(String json) {
    Struct.Builder builder = Struct.newBuilder();
    try {
      JsonFormat.parser().merge(json, builder);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException(json, e);
    }
    return builder.build();
  }
}

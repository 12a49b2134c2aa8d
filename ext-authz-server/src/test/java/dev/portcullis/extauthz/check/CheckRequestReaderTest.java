// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portcullis.engine.request.RequestContext;
import dev.portcullis.extauthz.Checks;
import dev.portcullis.policy.match.Principal;
import io.envoyproxy.envoy.config.core.v3.HeaderMap;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

final class CheckRequestReaderTest {
  private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");

  private final CheckRequestReader reader = new CheckRequestReader(() -> NOW);

  @Test
  void readsTheRequest() throws Exception {
    CheckRequest check = Checks.of("shop/orders", "/orders?id=1", "Accept", "*/*");
    RequestContext request = read(check);
    assertThat(reader.read(check.toByteArray()).route()).isEqualTo("shop/orders");
    assertThat(request.method()).isEqualTo("GET");
    assertThat(request.line().target()).isEqualTo("/orders?id=1");
    assertThat(request.line().host()).isEqualTo("orders.shop");
    assertThat(request.line().scheme()).isEqualTo("https");
    assertThat(request.line().protocol()).isEqualTo("HTTP/2");
    assertThat(request.peer().address()).hasToString("192.0.2.7");
    assertThat(request.peer().port()).isEqualTo(4711);
    assertThat(request.peer().principal()).isNull();
    assertThat(request.id()).isEqualTo("815");
    assertThat(request.receivedAt()).isEqualTo(NOW);
  }

  @Test
  void keepsRepeatedHeadersApartAndLeavesPseudoHeadersOut() throws Exception {
    RequestContext request = read(Checks.of("a/b", "/", "x-a", "1", "x-b", "2", "x-a", "3"));
    assertThat(request.headers().size()).isEqualTo(3);
    assertThat(request.headers().all("x-a")).containsExactly("1", "3");
    assertThat(request.headers().contains(":path")).isFalse();
  }

  @Test
  void takesThePlainMapWhenThereIsNoRawOne() throws Exception {
    CheckRequest.Builder check = Checks.bare("a/b", "/").toBuilder();
    check
        .getAttributesBuilder()
        .getRequestBuilder()
        .getHttpBuilder()
        .putHeaders(":path", "/")
        .putHeaders("x-a", "1,3");
    RequestContext request = read(check.build());
    assertThat(request.headers().size()).isEqualTo(1);
    assertThat(request.headers().first("x-a")).isEqualTo("1,3");
  }

  @Test
  void bytesThatAreNotUtf8MatchNothing() throws Exception {
    HeaderMap headers =
        HeaderMap.newBuilder()
            .addHeaders(Checks.raw("x-a", "é".getBytes(StandardCharsets.ISO_8859_1)))
            .addHeaders(Checks.raw("x-b", "é"))
            .build();
    RequestContext request = read(Checks.withHeaders("a/b", "/", headers));
    assertThat(request.headers().first("x-a")).isEqualTo("\uFFFD");
    assertThat(request.headers().first("x-b")).isEqualTo("é");
  }

  @Test
  void refusesACheckWithoutHeaders() {
    assertThatThrownBy(() -> read(Checks.bare("a/b", "/")))
        .isInstanceOf(UnreadableCheckException.class)
        .hasMessageContaining("headers");
  }

  @Test
  void refusesACheckWithoutRequestOrAddress() {
    CheckRequest.Builder check = Checks.of("a/b", "/").toBuilder();
    check.getAttributesBuilder().clearSource();
    assertThatThrownBy(() -> read(check.build()))
        .isInstanceOf(UnreadableCheckException.class)
        .hasMessageContaining("address");
    assertThatThrownBy(() -> read(CheckRequest.getDefaultInstance()))
        .isInstanceOf(UnreadableCheckException.class)
        .hasMessageContaining("HTTP request");
  }

  @Test
  void refusesWhatIsNoMessage() {
    byte[] check = Checks.of("a/b", "/").toByteArray();
    assertThatThrownBy(() -> reader.read(Arrays.copyOf(check, check.length - 1)))
        .isInstanceOf(UnreadableCheckException.class)
        .hasMessageContaining("no Protobuf message");
    assertThatThrownBy(() -> reader.read(new byte[0]))
        .isInstanceOf(UnreadableCheckException.class)
        .hasMessageContaining("HTTP request");
  }

  @Test
  void believesSpiffeIdsOnly() throws Exception {
    assertThat(withPrincipal("spiffe://cluster.local/ns/shop/sa/web").peer().principal())
        .isEqualTo(new Principal("spiffe://cluster.local/ns/shop/sa/web"));
    for (String other :
        List.of(
            "CN=spiffe://cluster.local/ns/shop/sa/web",
            "web.shop.svc",
            "spiffe://cluster.local/ns/shop/sa/../web",
            "spiffe://cluster.local/ns/shop/sa/web\0",
            "spiffe://cluster.local/" + "a".repeat(2048))) {
      assertThat(withPrincipal(other).peer().principal()).isNull();
    }
  }

  @Test
  void aPrincipalInAHeaderIsNobodys() throws Exception {
    RequestContext request =
        read(
            Checks.of(
                "a/b",
                "/",
                "x-forwarded-client-cert",
                "URI=spiffe://cluster.local/ns/shop/sa/web"));
    assertThat(request.peer().principal()).isNull();
  }

  @Test
  void givesEachRequestWithoutAnIdOneOfItsOwn() throws Exception {
    CheckRequest.Builder check = Checks.of("a/b", "/").toBuilder();
    check.getAttributesBuilder().getRequestBuilder().getHttpBuilder().clearId();
    assertThat(read(check.build()).id()).hasSize(32).isNotEqualTo(read(check.build()).id());
  }

  @Test
  void cutsThePortOffTheHost() throws Exception {
    assertThat(withHost("[2001:db8::1]:8080").line().host()).isEqualTo("[2001:db8::1]");
    assertThat(withHost("[2001:db8::1]").line().host()).isEqualTo("[2001:db8::1]");
    assertThat(withHost("orders").line().host()).isEqualTo("orders");
  }

  private RequestContext withPrincipal(String principal) throws Exception {
    CheckRequest.Builder check = Checks.of("a/b", "/").toBuilder();
    check.getAttributesBuilder().getSourceBuilder().setPrincipal(principal);
    return read(check.build());
  }

  private RequestContext withHost(String host) throws Exception {
    CheckRequest.Builder check = Checks.of("a/b", "/").toBuilder();
    check.getAttributesBuilder().getRequestBuilder().getHttpBuilder().setHost(host);
    return read(check.build());
  }

  private RequestContext read(CheckRequest check) throws UnreadableCheckException {
    return reader.read(check.toByteArray()).request();
  }
}

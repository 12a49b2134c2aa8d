// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.check;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.portcullis.engine.request.RequestContext;
import dev.portcullis.extauthz.Checks;
import dev.portcullis.policy.decision.CheckNames;
import dev.portcullis.policy.match.Principal;
import io.envoyproxy.envoy.config.core.v3.HeaderMap;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.service.auth.v3.AttributeContext;
import io.envoyproxy.envoy.service.auth.v3.AttributeContext.HttpRequest;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Compares our reading of a check with the generated class's: two readers of one message that
 * differ are how checks are walked around.
 */
final class CheckRequestFuzzTest {
  private static final int CASES = 5_000;
  private static final String[] TEXTS = {
    "", "a", "/orders/7?x=1", "grün", "日本語", ":path", "x-user-id", "GET", "10.0.0.1", "a\0b"
  };
  private static final String[] PRINCIPALS = {
    "",
    "CN=orders",
    "spiffe://cluster.local/ns/shop/sa/orders",
    "spiffe://cluster.local/ns/shop/sa/../orders",
    "spiffe://cluster.local/ns/shop/sa/orders\0",
    "spiffe://cluster.local/" + "a".repeat(2048 - 23),
    "spiffe://cluster.local/" + "a".repeat(2048 - 22),
    "spiffe://cluster.local/" + "a".repeat(20_000)
  };

  private final Random random = new Random(20_261_121);
  private final CheckRequestReader reader = new CheckRequestReader(() -> Instant.EPOCH);

  @Test
  void readsWhatTheGeneratedClassReads() throws Exception {
    for (int i = 0; i < CASES; i++) {
      CheckRequest check = check();
      agree(check, check.toByteArray());
    }
  }

  @Test
  void joinsTheHalvesOfAMessageAsProtobufDoes() throws Exception {
    for (int i = 0; i < CASES; i++) {
      byte[] both =
          ByteString.copyFrom(check().toByteArray())
              .concat(ByteString.copyFrom(check().toByteArray()))
              .toByteArray();
      CheckRequest merged = CheckRequest.parseFrom(both);
      agree(merged, both);
    }
  }

  @Test
  void agreesOnMessagesThatAreBroken() {
    int readable = 0;
    for (int i = 0; i < CASES * 4; i++) {
      byte[] broken = broken(check().toByteArray());
      CheckRequest check;
      try {
        check = CheckRequest.parseFrom(broken);
      } catch (InvalidProtocolBufferException e) {
        // Ours may read it, because it bears bytes that are not UTF-8; more it may not throw.
        attempt(broken);
        continue;
      }
      readable++;
      if (!check.getAttributes().getSource().getAddress().hasPipe()) {
        agreeOrRefuse(check, broken);
      }
    }
    assertThat(readable).isGreaterThan(CASES / 2);
  }

  private void agreeOrRefuse(CheckRequest check, byte[] bytes) {
    IncomingCheck read = attempt(bytes);
    if (read != null) {
      assertSame(check, read);
    }
  }

  private @Nullable IncomingCheck attempt(byte[] bytes) {
    try {
      return reader.read(bytes);
    } catch (UnreadableCheckException e) {
      return null;
    }
  }

  private void agree(CheckRequest check, byte[] bytes) throws UnreadableCheckException {
    assertSame(check, reader.read(bytes));
  }

  private static void assertSame(CheckRequest check, IncomingCheck read) {
    AttributeContext attributes = check.getAttributes();
    HttpRequest http = attributes.getRequest().getHttp();
    RequestContext request = read.request();
    assertThat(read.route())
        .isEqualTo(attributes.getContextExtensionsOrDefault(CheckNames.ROUTE, ""));
    assertThat(request.line().method()).isEqualTo(http.getMethod());
    assertThat(request.line().target()).isEqualTo(http.getPath());
    assertThat(http.getHost()).startsWith(request.line().host());
    assertThat(request.line().scheme()).isEqualTo(http.getScheme());
    assertThat(request.line().protocol()).isEqualTo(http.getProtocol());
    if (!http.getId().isEmpty()) {
      assertThat(request.id()).isEqualTo(http.getId());
    }
    assertThat(request.peer().port())
        .isEqualTo(attributes.getSource().getAddress().getSocketAddress().getPortValue());
    assertThat(request.peer().principal())
        .isEqualTo(Principal.read(attributes.getSource().getPrincipal()));
    if (http.hasHeaderMap()) {
      assertThat(lines(request)).isEqualTo(raw(http));
    } else {
      assertThat(lastOfEach(request)).isEqualTo(joined(http));
    }
  }

  private static List<String> lines(RequestContext request) {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < request.headers().size(); i++) {
      lines.add(request.headers().name(i) + "=" + request.headers().value(i));
    }
    return lines;
  }

  private static List<String> raw(HttpRequest http) {
    return http.getHeaderMap().getHeadersList().stream()
        .filter(header -> !header.getKey().startsWith(":"))
        .map(header ->
            header.getKey().toLowerCase(Locale.ROOT)
                + "="
                + (header.getRawValue().isEmpty()
                    ? header.getValue()
                    : header.getRawValue().toStringUtf8()))
        .toList();
  }

  /** The wire may repeat an entry of a map. We keep both lines; Protobuf keeps the later one. */
  private static Map<String, String> lastOfEach(RequestContext request) {
    Map<String, String> last = new HashMap<>();
    for (int i = 0; i < request.headers().size(); i++) {
      last.put(request.headers().name(i), request.headers().value(i));
    }
    return last;
  }

  private static Map<String, String> joined(HttpRequest http) {
    Map<String, String> joined = new HashMap<>();
    http.getHeadersMap()
        .forEach((name, value) -> {
          if (!name.startsWith(":")) {
            joined.put(name.toLowerCase(Locale.ROOT), value);
          }
        });
    return joined;
  }

  private CheckRequest check() {
    CheckRequest.Builder check = Checks.of(text(), "/" + text(), "x", text()).toBuilder();
    AttributeContext.Builder attributes = check.getAttributesBuilder();
    attributes.putContextExtensions(text(), text());
    attributes
        .getSourceBuilder()
        .setPrincipal(principal())
        .setService(text())
        .putLabels("a", text());
    attributes
        .getDestinationBuilder()
        .getAddressBuilder()
        .getSocketAddressBuilder()
        .setAddress("198.51.100.1")
        .setPortValue(random.nextInt());
    attributes.getMetadataContextBuilder();
    attributes.getTlsSessionBuilder().setSni(text());
    attributes.getRequestBuilder().getTimeBuilder().setSeconds(random.nextLong());
    HttpRequest.Builder http = attributes.getRequestBuilder().getHttpBuilder();
    http.setId(text()).setMethod(text()).setHost(text()).setScheme(text()).setProtocol(text());
    http.setQuery(text()).setFragment(text()).setBody(text()).setSize(random.nextLong());
    http.setRawBody(ByteString.copyFromUtf8(text()));
    if (random.nextInt(4) == 0) {
      http.clearHeaderMap().putHeaders("a" + text(), text());
    } else {
      http.setHeaderMap(headers());
    }
    return check.build();
  }

  private HeaderMap headers() {
    HeaderMap.Builder headers = HeaderMap.newBuilder();
    for (int i = random.nextInt(40); i > 0; i--) {
      HeaderValue.Builder header = HeaderValue.newBuilder().setKey(text());
      if (random.nextBoolean()) {
        header.setValue(text());
      }
      if (random.nextBoolean()) {
        byte[] raw = new byte[random.nextInt(300)];
        random.nextBytes(raw);
        header.setRawValue(ByteString.copyFrom(raw));
      }
      headers.addHeaders(header);
    }
    return headers.build();
  }

  private String principal() {
    return PRINCIPALS[random.nextInt(PRINCIPALS.length)];
  }

  private String text() {
    return TEXTS[random.nextInt(TEXTS.length)].repeat(1 + random.nextInt(3));
  }

  /** Bytes overwritten, cut off or put in. */
  private byte[] broken(byte[] message) {
    ByteString bytes = ByteString.copyFrom(message);
    int at = random.nextInt(message.length);
    byte[] junk = new byte[1 + random.nextInt(3)];
    random.nextBytes(junk);
    ByteString some = ByteString.copyFrom(junk);
    return switch (random.nextInt(3)) {
      case 0 -> bytes.substring(0, at).toByteArray();
      case 1 -> bytes.substring(0, at).concat(some).concat(bytes.substring(at)).toByteArray();
      default ->
          bytes
              .substring(0, at)
              .concat(some)
              .concat(bytes.substring(Math.min(at + some.size(), message.length)))
              .toByteArray();
    };
  }
}

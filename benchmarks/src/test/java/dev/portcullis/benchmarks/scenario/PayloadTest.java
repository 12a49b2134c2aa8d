// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.benchmarks.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.service.auth.v3.AttributeContext.HttpRequest;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import java.util.List;
import org.junit.jupiter.api.Test;

class PayloadTest {
  private final Payload payload =
      new Payload(SampleRequest.bearing("abc.def.ghi"), Plans.ROUTE.value());

  @Test
  void everyCallHasItsOwnIdInAllPlaces() throws Exception {
    HttpRequest http = parse(0xbeef);

    assertThat(http.getId()).endsWith("-00000000beef").hasSameSizeAs(SampleRequest.ID);
    assertThat(header(http, "x-request-id")).isEqualTo(http.getId());
    assertThat(parse(1).getId()).isNotEqualTo(http.getId());
  }

  @Test
  void requestHasTwelveHeadersBesideItsCredential() throws Exception {
    HttpRequest http = parse(0);

    List<String> names =
        http.getHeaderMap().getHeadersList().stream()
            .map(HeaderValue::getKey)
            .filter(name -> !name.startsWith(":"))
            .toList();
    assertThat(names).hasSize(13).doesNotHaveDuplicates().contains("authorization");
    assertThat(header(http, "authorization")).isEqualTo("Bearer abc.def.ghi");
  }

  private HttpRequest parse(long number) throws Exception {
    return CheckRequest.parseFrom(payload.bytes(number)).getAttributes().getRequest().getHttp();
  }

  private static String header(HttpRequest http, String name) {
    return http.getHeaderMap().getHeadersList().stream()
        .filter(header -> header.getKey().equals(name))
        .map(header -> header.getRawValue().toStringUtf8())
        .findFirst()
        .orElseThrow();
  }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portcullis.envoy.cluster.ExtAuthzCluster;
import dev.portcullis.envoy.cluster.MutualTls;
import dev.portcullis.envoy.cluster.PeerMatch;
import dev.portcullis.policy.identity.SpiffeId;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsParameters.TlsProtocol;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import java.util.List;
import org.junit.jupiter.api.Test;

final class MutualTlsTest {
  private static final SpiffeId EXT_AUTHZ =
      new SpiffeId("cluster.local", "portcullis-system", "ext-authz");

  @Test
  void asksTheDecisionServiceOnlyWhenItProvesWhoItIs() throws Exception {
    List<HostPort> endpoints = List.of(new HostPort("127.0.0.1", 9001));
    assertThat(ExtAuthzCluster.of(endpoints).hasTransportSocket()).isFalse();
    UpstreamTlsContext tls =
        ExtAuthzCluster.of(endpoints, EXT_AUTHZ)
            .getTransportSocket()
            .getTypedConfig()
            .unpack(UpstreamTlsContext.class);
    assertThat(tls.getMaxSessionKeys().getValue()).isZero();
    assertThat(tls.hasMaxSessionKeys()).isTrue();
    assertThat(sans(tls.getCommonTlsContext()))
        .containsExactly("spiffe://cluster.local/ns/portcullis-system/sa/ext-authz");
    assertFetches(tls.getCommonTlsContext());
  }

  @Test
  void takesOnlyClientsThatProveWhoTheyAre() throws Exception {
    DownstreamTlsContext tls =
        MutualTls.downstream(List.of(PeerMatch.trustDomain("cluster.local")), List.of())
            .getTypedConfig()
            .unpack(DownstreamTlsContext.class);
    assertThat(tls.getRequireClientCertificate().getValue()).isTrue();
    assertThat(tls.getDisableStatelessSessionResumption()).isTrue();
    assertThat(tls.getDisableStatefulSessionResumption()).isTrue();
    assertThat(sans(tls.getCommonTlsContext())).containsExactly("spiffe://cluster.local/*");
    assertFetches(tls.getCommonTlsContext());
  }

  @Test
  void aPrefixNeverEndsInTheMiddleOfAName() {
    assertThat(PeerMatch.namespace("cluster.local", "shop").text())
        .isEqualTo("spiffe://cluster.local/ns/shop/sa/");
    assertThatThrownBy(() -> new PeerMatch("spiffe://cluster.local/ns/shop", true))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> MutualTls.upstream(List.of(), List.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static void assertFetches(CommonTlsContext common) {
    assertThat(common.getTlsParams().getTlsMinimumProtocolVersion()).isEqualTo(TlsProtocol.TLSv1_3);
    List<SdsSecretConfig> secrets =
        List.of(
            common.getTlsCertificateSdsSecretConfigs(0),
            common.getCombinedValidationContext().getValidationContextSdsSecretConfig());
    assertThat(secrets)
        .extracting(SdsSecretConfig::getName)
        .containsExactly("portcullis/svid", "portcullis/roots");
    assertThat(secrets)
        .allSatisfy(secret -> {
          assertThat(secret.getSdsConfig().hasAds()).isTrue();
          assertThat(secret.getSdsConfig().hasInitialFetchTimeout()).isTrue();
          assertThat(secret.getSdsConfig().getInitialFetchTimeout().getSeconds()).isZero();
        });
  }

  private static List<String> sans(CommonTlsContext common) {
    return common
        .getCombinedValidationContext()
        .getDefaultValidationContext()
        .getMatchTypedSubjectAltNamesList()
        .stream()
        .map(each -> each.getMatcher().getExact() + star(each.getMatcher().getPrefix()))
        .toList();
  }

  private static String star(String prefix) {
    return prefix.isEmpty() ? "" : prefix + "*";
  }
}

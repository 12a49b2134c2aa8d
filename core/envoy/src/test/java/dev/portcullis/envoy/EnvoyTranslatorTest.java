// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import dev.portcullis.envoy.Upstream.Protocol;
import dev.portcullis.policy.plan.AuditSpec;
import dev.portcullis.policy.plan.FailureMode;
import dev.portcullis.policy.plan.GuardedRoute;
import dev.portcullis.policy.plan.RouteId;
import dev.portcullis.policy.plan.RoutePlan;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class EnvoyTranslatorTest {
  private static final HostPort ANY = new HostPort("127.0.0.1", 1);
  private static final EnvoyTranslator TRANSLATOR = new EnvoyTranslator(new XdsSource.Ads());

  @Test
  void doesNotDependOnAnOrder() {
    List<Upstream> upstreams = new ArrayList<>(services(200));
    List<RoutePlan> plans = new ArrayList<>(plans(200));
    EnvoyResources first = translate(upstreams, plans);
    Collections.reverse(upstreams);
    Collections.reverse(plans);
    EnvoyResources second = translate(upstreams, plans);
    for (ResourceKind kind : ResourceKind.values()) {
      assertThat(bytes(second, kind)).isEqualTo(bytes(first, kind));
    }
  }

  @Test
  void leavesTheListenerAloneWhateverThePlan() {
    List<Upstream> upstreams = services(20);
    assertThat(translate(upstreams, plans(20)).listeners())
        .isEqualTo(translate(upstreams, List.of()).listeners());
  }

  @Test
  void asksAboutEveryRouteThatLeadsToAService() {
    EnvoyResources resources = translate(services(100), plans(50));
    List<VirtualHost> hosts = resources.routes().getFirst().getVirtualHostsList();
    assertThat(hosts).hasSize(101);
    for (VirtualHost host : hosts) {
      for (Route route : host.getRoutesList()) {
        long asked =
            route.getTypedPerFilterConfigMap().values().stream()
                .filter(any -> any.getTypeUrl().endsWith(".ExtAuthzPerRoute"))
                .count();
        assertThat(asked).as(route.getName()).isEqualTo(route.hasRoute() ? 1 : 0);
      }
    }
  }

  @Test
  void asksAboutTheSectionBeforeTheWholeService() {
    Upstream upstream = new Upstream("shop", "orders", "http", ANY, Protocol.HTTP1);
    RoutePlan whole = plan("shop/orders", FailureMode.ALLOW);
    RoutePlan section = plan("shop/orders/http", FailureMode.DENY);
    assertThat(routeName(upstream, List.of(whole, section))).isEqualTo("shop/orders/http");
    assertThat(routeName(upstream, List.of(whole))).isEqualTo("shop/orders");
    assertThat(routeName(upstream, List.of(plan("shop/orders/admin", FailureMode.ALLOW))))
        .isEqualTo("shop/orders");
  }

  @Test
  void isPrintableForFiles() {
    EnvoyResources resources = translate(services(3), plans(3));
    assertThat(EnvoyJson.response(ResourceKind.ROUTE, resources.routes()))
        .contains("\"portcullis.route\": \"shop/s1\"");
  }

  private static String routeName(Upstream upstream, List<RoutePlan> plans) {
    return translate(List.of(upstream), plans)
        .routes()
        .getFirst()
        .getVirtualHosts(0)
        .getRoutes(0)
        .getName();
  }

  private static EnvoyResources translate(List<Upstream> upstreams, List<RoutePlan> plans) {
    Map<RouteId, RoutePlan> routes = new LinkedHashMap<>();
    plans.forEach(plan -> routes.put(plan.id(), plan));
    return TRANSLATOR.translate(new GatewaySpec(ANY, List.of(ANY), upstreams), routes);
  }

  private static List<Upstream> services(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> new Upstream("shop", "s" + i, null, ANY, Protocol.HTTP1))
        .toList();
  }

  private static List<RoutePlan> plans(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> plan("shop/s" + i, i % 2 == 0 ? FailureMode.DENY : FailureMode.ALLOW))
        .toList();
  }

  private static RoutePlan plan(String id, FailureMode mode) {
    return new GuardedRoute(
        new RouteId(id),
        mode,
        null,
        List.of(),
        null,
        null,
        null,
        null,
        null,
        List.of(),
        List.of(),
        null,
        AuditSpec.refusalsOnly(),
        List.of());
  }

  private static List<ByteString> bytes(EnvoyResources resources, ResourceKind kind) {
    return resources.of(kind).values().stream().map(Message::toByteString).toList();
  }
}

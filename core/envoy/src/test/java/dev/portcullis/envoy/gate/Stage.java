// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy.gate;

import static org.awaitility.Awaitility.await;

import dev.portcullis.envoy.Upstream;
import dev.portcullis.envoy.Upstream.Protocol;
import dev.portcullis.parts.FreePorts;
import dev.portcullis.policy.plan.FailureMode;
import dev.portcullis.policy.plan.RoutePlan;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * A gate, a decision service and a service behind it, under several names: {@code orders} is closed
 * and {@code open} open while nobody decides, {@code small} and {@code small-open} take 10 bytes,
 * {@code web} may be called by pages of some origins and {@code any} by those of all, {@code ghost}
 * has no plan, {@code gone} does not listen.
 */
record Stage(ScriptedAuthz authz, EchoUpstream upstream, Gate gate) implements AutoCloseable {
  static final List<RoutePlan> PLANS =
      List.of(
          Plans.withClaims("shop/orders", "x-user-id"),
          Plans.guarded("shop/open", FailureMode.ALLOW),
          Plans.withBody("shop/small", FailureMode.DENY, 10),
          Plans.withBody("shop/small-open", FailureMode.ALLOW, 10),
          Plans.withCors("shop/web", true, "https://shop.example.com", "https://*.example.org"),
          Plans.withCors("shop/any", false, "*"),
          Plans.guarded("shop/gone", FailureMode.DENY));

  static Stage open(Path directory) throws IOException {
    int authzPort = FreePorts.next();
    ScriptedAuthz authz = new ScriptedAuthz(authzPort);
    EchoUpstream upstream = new EchoUpstream();
    int port = upstream.port();
    Gate gate =
        Gate.open(
            directory,
            List.of(Gate.loopback(authzPort)),
            List.of(
                service("orders", port),
                service("open", port),
                service("small", port),
                service("small-open", port),
                service("web", port),
                service("any", port),
                service("ghost", port),
                service("gone", FreePorts.next())),
            PLANS);
    return new Stage(authz, upstream, gate).warm();
  }

  /** The first decisions of a cold JVM may take longer than Envoy waits. */
  private Stage warm() {
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> gate.get("orders.shop", "/", "").startsWith("HTTP/1.1 200"));
    return this;
  }

  private static Upstream service(String name, int port) {
    return new Upstream("shop", name, null, Gate.loopback(port), Protocol.HTTP1);
  }

  @Override
  public void close() {
    gate.close();
    upstream.close();
    authz.close();
  }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.plan;

import dev.portcullis.codec.PlanCodec;
import dev.portcullis.codec.PlanVersion;
import dev.portcullis.engine.Engine;
import dev.portcullis.extauthz.telemetry.RouteDirectory;
import dev.portcullis.policy.plan.RouteId;
import dev.portcullis.policy.plan.RoutePlan;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * The routes at work and their versions. A route whose new version cannot be loaded keeps the
 * former one; a new route that cannot be loaded is closed by the engine, and not held. Confined to
 * the plan thread.
 */
final class HeldRoutes {
  private final Engine engine;
  private final RouteDirectory directory;
  private final Consumer<Collection<RoutePlan>> atWork;
  private final SortedMap<RouteId, Held> held = new TreeMap<>();

  /** A route with its version, {@link PlanVersion#of(byte[])} of its canonical bytes. */
  record Held(RoutePlan plan, String version) {
    static Held of(RoutePlan plan) {
      return new Held(plan, PlanVersion.of(PlanCodec.encode(plan)));
    }
  }

  /** Takes who learns all routes after each change. */
  HeldRoutes(Engine engine, RouteDirectory directory, Consumer<Collection<RoutePlan>> atWork) {
    this.engine = engine;
    this.atWork = atWork;
    this.directory = directory;
  }

  Map<String, String> versions() {
    Map<String, String> versions = HashMap.newHashMap(held.size());
    held.forEach((id, route) -> versions.put(id.value(), route.version()));
    return versions;
  }

  List<RoutePlan> plans() {
    return held.values().stream().map(Held::plan).toList();
  }

  int size() {
    return held.size();
  }

  /** Puts routes to work and drops others; returns why some could not be, by route id. */
  Map<RouteId, String> change(Collection<Held> put, Collection<RouteId> remove) {
    Map<RouteId, String> failures = engine.apply(put.stream().map(Held::plan).toList(), remove);
    for (RouteId id : remove) {
      held.remove(id);
      directory.remove(id);
    }
    for (Held route : put) {
      RouteId id = route.plan().id();
      if (!failures.containsKey(id)) {
        held.put(id, route);
        directory.put(route.plan(), route.version());
      }
    }
    atWork.accept(plans());
    return failures;
  }

  /** Holds exactly these afterwards, but for those that cannot be loaded. */
  Map<RouteId, String> replace(Collection<RoutePlan> wanted) {
    SortedMap<RouteId, Held> gone = new TreeMap<>(held);
    List<Held> put = new ArrayList<>();
    for (RoutePlan plan : wanted) {
      Held former = gone.remove(plan.id());
      if (former == null || !former.plan().equals(plan)) {
        put.add(Held.of(plan));
      }
    }
    return change(put, gone.keySet());
  }
}

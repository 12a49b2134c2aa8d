// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.rollout;

import dev.portcullis.codec.AddressListCodec;
import dev.portcullis.codec.PlanCodec;
import dev.portcullis.codec.probe.ProbeKey;
import dev.portcullis.compiler.CompileResult;
import dev.portcullis.operator.xds.ResourceType;
import dev.portcullis.operator.xds.XdsResource;
import dev.portcullis.operator.xds.XdsSnapshot;
import dev.portcullis.policy.plan.AddressList;
import dev.portcullis.policy.plan.ApiKeyRecord;
import dev.portcullis.policy.plan.RoutePlan;
import dev.portcullis.policy.plan.SecretMaterial;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Turns compilations into resources for decision services. Remembers the last compilation's, so
 * that only what changed is written and hashed. Used by one thread.
 */
final class PlanResources {
  private IdentityHashMap<RoutePlan, XdsResource> routes = new IdentityHashMap<>();
  private Map<ApiKeyRecord, XdsResource> keys = new HashMap<>();
  private Map<String, XdsResource> lists = new HashMap<>();
  private final Supplier<List<ProbeKey>> probeKeys;
  private XdsSnapshot last = XdsSnapshot.EMPTY;

  /**
   * @param probeKeys that decision services answer probes with
   */
  PlanResources(Supplier<List<ProbeKey>> probeKeys) {
    this.probeKeys = probeKeys;
  }

  XdsSnapshot of(CompileResult result) {
    last =
        last.with(ResourceType.PLAN_ROUTE, routes(result))
            .with(ResourceType.PLAN_API_KEY, keys(result))
            .with(ResourceType.PLAN_ADDRESS_LIST, lists(result))
            .with(ResourceType.PLAN_SECRET, secrets(result));
    return last;
  }

  private List<XdsResource> routes(CompileResult result) {
    IdentityHashMap<RoutePlan, XdsResource> next = new IdentityHashMap<>();
    List<XdsResource> resources = new ArrayList<>(result.routes().size());
    for (RoutePlan route : result.routes().values()) {
      XdsResource known = routes.get(route);
      XdsResource resource =
          known != null
              ? known
              : XdsResource.of(
                  ResourceType.PLAN_ROUTE, route.id().value(), PlanCodec.encode(route));
      next.put(route, resource);
      resources.add(resource);
    }
    routes = next;
    return resources;
  }

  private List<XdsResource> keys(CompileResult result) {
    Map<ApiKeyRecord, XdsResource> next = new HashMap<>();
    List<XdsResource> resources = new ArrayList<>(result.apiKeys().size());
    result
        .apiKeys()
        .forEach((name, key) -> {
          XdsResource known = keys.get(key);
          XdsResource resource =
              known != null && known.name().equals(name)
                  ? known
                  : XdsResource.of(ResourceType.PLAN_API_KEY, name, PlanCodec.encode(key));
          next.put(key, resource);
          resources.add(resource);
        });
    keys = next;
    return resources;
  }

  private List<XdsResource> lists(CompileResult result) {
    Map<String, XdsResource> next = new HashMap<>();
    for (AddressList list : result.lists().values()) {
      XdsResource known = lists.get(list.hash());
      next.put(
          list.hash(),
          known != null
              ? known
              : XdsResource.of(
                  ResourceType.PLAN_ADDRESS_LIST,
                  list.hash(),
                  AddressListCodec.encode(list.ranges())));
    }
    lists = next;
    return List.copyOf(next.values());
  }

  private List<XdsResource> secrets(CompileResult result) {
    List<XdsResource> resources = new ArrayList<>(result.secrets().size());
    for (Map.Entry<String, SecretMaterial> secret : result.secrets().entrySet()) {
      resources.add(
          XdsResource.of(ResourceType.PLAN_SECRET, secret.getKey(), secret.getValue().reveal()));
    }
    for (ProbeKey key : probeKeys.get()) {
      resources.add(XdsResource.of(ResourceType.PLAN_SECRET, key.name(), key.material().reveal()));
    }
    return resources;
  }
}

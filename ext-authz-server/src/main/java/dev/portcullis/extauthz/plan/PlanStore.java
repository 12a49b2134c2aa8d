// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.plan;

import dev.portcullis.codec.AddressListCodec;
import dev.portcullis.codec.PlanCodec;
import dev.portcullis.codec.PlanFormatException;
import dev.portcullis.codec.PlanSnapshot;
import dev.portcullis.codec.PlanVersion;
import dev.portcullis.codec.probe.ProbeKey;
import dev.portcullis.extauthz.addresses.HeldLists;
import dev.portcullis.extauthz.stream.PlanChange;
import dev.portcullis.extauthz.stream.PlanKind;
import dev.portcullis.policy.plan.AddressList;
import dev.portcullis.policy.plan.ApiKeyRecord;
import dev.portcullis.policy.plan.RouteId;
import dev.portcullis.policy.plan.RoutePlan;
import dev.portcullis.policy.plan.SecretMaterial;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * All that this replica knows, and the one place that changes it. Confined to the plan thread.
 *
 * <p>What cannot be used does not hold up what can. A route keeps its former version then; an
 * issued key is dropped, because its new version may say that it is revoked.
 */
final class PlanStore {
  private final HeldRoutes routes;
  private final HeldKeys keys;
  private final SecretVault secrets;
  private final HeldLists lists;
  private final PlanStatus status;
  private final InstantSource clock;

  PlanStore(
      HeldRoutes routes,
      HeldKeys keys,
      SecretVault secrets,
      HeldLists lists,
      PlanStatus status,
      InstantSource clock) {
    this.routes = routes;
    this.keys = keys;
    this.secrets = secrets;
    this.lists = lists;
    this.status = status;
    this.clock = clock;
  }

  /** What is held of a kind: version by name. */
  Map<String, String> held(PlanKind kind) {
    return switch (kind) {
      case ROUTE -> routes.versions();
      case API_KEY -> keys.versions();
      case SECRET -> secretVersions();
      case ADDRESS_LIST -> listVersions();
    };
  }

  /** All but the secrets and lists. */
  PlanSnapshot snapshot() {
    return new PlanSnapshot(routes.plans(), keys.records());
  }

  /** The lists of addresses. */
  List<AddressList> lists() {
    return lists.all();
  }

  PlanStatus status() {
    return status;
  }

  /** Takes a change; returns why some of it could not be used, by name. */
  Map<String, String> take(PlanChange change) {
    Map<String, String> failures =
        switch (change.kind()) {
          case ROUTE -> takeRoutes(change);
          case API_KEY -> takeKeys(change);
          case SECRET -> takeSecrets(change);
          case ADDRESS_LIST -> takeLists(change);
        };
    finish(failures);
    return failures;
  }

  /** Holds exactly this afterwards, but for routes that cannot be loaded; returns which and why. */
  Map<String, String> replace(
      PlanSnapshot plan, Map<String, SecretMaterial> material, Map<String, AddressList> addresses) {
    material.values().forEach(secrets::put);
    addresses.values().forEach(lists::put);
    Map<String, String> failures = byName(routes.replace(plan.routes()));
    keys.replace(plan.apiKeys());
    secrets.retain(material.keySet());
    lists.retain(addresses.keySet());
    finish(failures);
    return failures;
  }

  private void finish(Map<String, String> failures) {
    status.rejected(failures.size());
    status.updated(routes.size(), keys.size(), clock.instant());
  }

  private Map<String, String> takeRoutes(PlanChange change) {
    Map<String, String> failures = new HashMap<>();
    List<HeldRoutes.Held> put = new ArrayList<>(change.put().size());
    for (PlanChange.Item item : change.put()) {
      try {
        RoutePlan plan = PlanCodec.decodeRoute(verified(item));
        requireName(item, plan.id().value());
        put.add(new HeldRoutes.Held(plan, item.version()));
      } catch (PlanFormatException | IllegalArgumentException e) {
        failures.put(item.name(), oneLine(e));
      }
    }
    Set<String> known = routes.versions().keySet();
    List<RouteId> removed =
        change.removed().stream().filter(known::contains).map(RouteId::new).toList();
    failures.putAll(byName(routes.change(put, removed)));
    return failures;
  }

  private Map<String, String> takeKeys(PlanChange change) {
    Map<String, String> failures = new HashMap<>();
    for (PlanChange.Item item : change.put()) {
      try {
        ApiKeyRecord key = PlanCodec.decodeApiKey(verified(item));
        requireName(item, PlanSnapshot.nameOf(key));
        keys.put(key, item.version());
      } catch (PlanFormatException | IllegalArgumentException e) {
        keys.remove(item.name());
        failures.put(item.name(), oneLine(e));
      }
    }
    change.removed().forEach(keys::remove);
    return failures;
  }

  private Map<String, String> takeSecrets(PlanChange change) {
    Map<String, String> failures = new HashMap<>();
    for (PlanChange.Item item : change.put()) {
      SecretMaterial material = SecretMaterial.of(item.content().toByteArray());
      if (item.name().startsWith(ProbeKey.PREFIX)) {
        takeProbeKey(item.name(), material, failures);
      } else if (material.hash().equals(item.name())) {
        secrets.put(material);
      } else {
        failures.put(item.name(), "the material does not fit its hash");
      }
    }
    for (String name : change.removed()) {
      if (name.startsWith(ProbeKey.PREFIX)) {
        secrets.removeProbeKey(name);
      } else {
        secrets.remove(name);
      }
    }
    return failures;
  }

  private Map<String, String> takeLists(PlanChange change) {
    Map<String, String> failures = new HashMap<>();
    for (PlanChange.Item item : change.put()) {
      try {
        lists.put(AddressListCodec.decode(item.name(), item.content().toByteArray()));
      } catch (PlanFormatException e) {
        failures.put(item.name(), oneLine(e));
      }
    }
    change.removed().forEach(lists::remove);
    return failures;
  }

  private Map<String, String> listVersions() {
    Map<String, String> versions = new HashMap<>();
    lists.hashes().forEach(hash -> versions.put(hash, hash));
    return versions;
  }

  private void takeProbeKey(String name, SecretMaterial material, Map<String, String> failures) {
    try {
      secrets.putProbeKey(name, material);
    } catch (IllegalArgumentException e) {
      failures.put(name, oneLine(e));
    }
  }

  private Map<String, String> secretVersions() {
    Map<String, String> versions = new HashMap<>();
    secrets.hashes().forEach(hash -> versions.put(hash, hash));
    secrets
        .probeKeyNames()
        .forEach(name -> versions.put(name, name.substring(ProbeKey.PREFIX.length())));
    return versions;
  }

  private static byte[] verified(PlanChange.Item item) {
    byte[] content = item.content().toByteArray();
    if (!PlanVersion.of(content).equals(item.version())) {
      throw new IllegalArgumentException("the content does not fit its version");
    }
    return content;
  }

  private static void requireName(PlanChange.Item item, String name) {
    if (!item.name().equals(name)) {
      throw new IllegalArgumentException("the content is named " + name);
    }
  }

  private static Map<String, String> byName(Map<RouteId, String> failures) {
    Map<String, String> named = HashMap.newHashMap(failures.size());
    failures.forEach((id, why) -> named.put(id.value(), why));
    return named;
  }

  private static String oneLine(RuntimeException e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("unreadable");
  }
}

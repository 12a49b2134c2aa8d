// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.cluster;

import dev.portcullis.compiler.KnownConfigMaps;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Watches the ConfigMaps that policies name, and no others. Used by one thread. */
final class ConfigMapWatch implements AutoCloseable {
  /** Each may hold 1 MiB, which stays in memory. */
  private static final int MAX_WATCHED = 200;

  private final NamedObjects<ConfigMap> objects;

  /**
   * @param dirty told when a watched ConfigMap changes
   */
  ConfigMapWatch(KubernetesClient client, Runnable dirty) {
    objects =
        new NamedObjects<>(
            name ->
                client
                    .configMaps()
                    .inNamespace(name.namespace())
                    .withName(name.name())
                    .runnableInformer(0),
            MAX_WATCHED,
            dirty);
  }

  /** Watches exactly these from now on, and returns what is known of them; waits as they do. */
  KnownConfigMaps read(Set<ObjectName> wanted) {
    NamedObjects.Known<ConfigMap> known = objects.read(wanted);
    Map<KnownConfigMaps.Name, KnownConfigMaps.Content> contents = new HashMap<>();
    for (ConfigMap each : known.objects()) {
      Map<String, String> data = each.getData() == null ? Map.of() : each.getData();
      contents.put(
          new KnownConfigMaps.Name(each.getMetadata().getNamespace(), each.getMetadata().getName()),
          new KnownConfigMaps.Content(new TreeMap<>(data)));
    }
    return new KnownConfigMaps(
        contents,
        known.forbidden().stream()
            .map(name -> new KnownConfigMaps.Name(name.namespace(), name.name()))
            .collect(Collectors.toUnmodifiableSet()),
        known.complete());
  }

  @Override
  public void close() {
    objects.close();
  }
}

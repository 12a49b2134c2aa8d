// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.cluster;

import dev.portcullis.compiler.KnownSecrets;
import dev.portcullis.policy.plan.SecretMaterial;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Watches the Secrets that policies name, and no others. Used by one thread. */
final class SecretWatch implements AutoCloseable {
  private static final int MAX_WATCHED = 1_000;

  private final NamedObjects<Secret> objects;

  /**
   * @param dirty told when a watched Secret changes
   */
  SecretWatch(KubernetesClient client, Runnable dirty) {
    objects =
        new NamedObjects<>(
            name ->
                client
                    .secrets()
                    .inNamespace(name.namespace())
                    .withName(name.name())
                    .runnableInformer(0),
            MAX_WATCHED,
            dirty);
  }

  /** Watches exactly these from now on, and returns what is known of them; waits as they do. */
  KnownSecrets read(Set<ObjectName> wanted) {
    NamedObjects.Known<Secret> known = objects.read(wanted);
    Map<KnownSecrets.Key, SecretMaterial> material = new HashMap<>();
    known.objects().forEach(secret -> add(secret, material));
    return new KnownSecrets(
        material,
        known.forbidden().stream()
            .map(name -> new KnownSecrets.Name(name.namespace(), name.name()))
            .collect(Collectors.toUnmodifiableSet()),
        known.complete());
  }

  private static void add(Secret secret, Map<KnownSecrets.Key, SecretMaterial> material) {
    Map<String, String> data = secret.getData() == null ? Map.of() : secret.getData();
    data.forEach((key, value) ->
        material.put(
            new KnownSecrets.Key(
                secret.getMetadata().getNamespace(), secret.getMetadata().getName(), key),
            SecretMaterial.of(Base64.getDecoder().decode(value))));
  }

  @Override
  public void close() {
    objects.close();
  }
}

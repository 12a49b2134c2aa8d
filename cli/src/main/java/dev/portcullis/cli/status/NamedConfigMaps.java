// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.status;

import dev.portcullis.crds.v1alpha1.ApiPolicy;
import dev.portcullis.crds.v1alpha1.apipolicy.AddressListSource;
import dev.portcullis.crds.v1alpha1.apipolicy.IpAccess;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Reads the ConfigMaps of a cluster that policies name, and no others. */
public final class NamedConfigMaps {
  private static final int FORBIDDEN = 403;

  private NamedConfigMaps() {}

  private record Name(String namespace, String name) {}

  /**
   * Those that are there and may be read.
   *
   * @throws KubernetesClientException when the API server does not answer
   */
  public static List<ConfigMap> read(KubernetesClient cluster, Collection<ApiPolicy> policies) {
    Set<Name> names = new LinkedHashSet<>();
    for (ApiPolicy policy : policies) {
      IpAccess access = policy.getSpec().ipAccess();
      if (access != null) {
        Stream.concat(access.allowLists().stream(), access.denyLists().stream())
            .map(AddressListSource::configMapRef)
            .filter(ref -> ref != null)
            .forEach(ref -> names.add(new Name(policy.getMetadata().getNamespace(), ref.name())));
      }
    }
    List<ConfigMap> found = new ArrayList<>();
    for (Name each : names) {
      try {
        ConfigMap map =
            cluster.configMaps().inNamespace(each.namespace()).withName(each.name()).get();
        if (map != null) {
          found.add(map);
        }
      } catch (KubernetesClientException e) {
        if (e.getCode() != FORBIDDEN) {
          throw e;
        }
      }
    }
    return found;
  }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.cluster;

import dev.portcullis.compiler.source.LastAccepted;
import dev.portcullis.compiler.source.PolicySource;
import dev.portcullis.crds.v1alpha1.ApiPolicySpec;
import dev.portcullis.crds.v1alpha1.PolicySpec;
import dev.portcullis.crds.v1alpha1.apipolicy.AddressListSource;
import dev.portcullis.crds.v1alpha1.apipolicy.IpAccess;
import dev.portcullis.crds.v1alpha1.apipolicy.Jwks;
import dev.portcullis.crds.v1alpha1.apipolicy.Method;
import dev.portcullis.crds.v1alpha1.apipolicy.SecretKeyRef;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The Secrets and ConfigMaps that policies name, as they stand and as they were last accepted.
 *
 * @param secrets each in the namespace of a policy that names it
 * @param configMaps the same
 */
record NamedByPolicies(Set<ObjectName> secrets, Set<ObjectName> configMaps) {

  static NamedByPolicies of(List<PolicySource> sources) {
    NamedByPolicies names = new NamedByPolicies(new HashSet<>(), new HashSet<>());
    for (PolicySource source : sources) {
      names.add(source.ref().namespace(), source.spec());
      LastAccepted last = source.lastAccepted();
      names.add(source.ref().namespace(), last == null ? null : last.spec());
    }
    return names;
  }

  private void add(String namespace, @Nullable PolicySpec spec) {
    if (!(spec instanceof ApiPolicySpec api)) {
      return;
    }
    if (api.authentication() != null) {
      api.authentication().methods().forEach(method -> addSecrets(namespace, method));
    }
    IpAccess addresses = api.ipAccess();
    if (addresses != null) {
      addLists(namespace, addresses.allowLists());
      addLists(namespace, addresses.denyLists());
    }
  }

  private void addSecrets(String namespace, Method method) {
    Jwks jwks = method.jwt() == null ? null : method.jwt().jwks();
    SecretKeyRef ref = jwks == null ? null : jwks.secretRef();
    if (ref != null) {
      secrets.add(new ObjectName(namespace, ref.name()));
    }
    if (method.introspection() != null) {
      secrets.add(new ObjectName(namespace, method.introspection().clientSecretRef().name()));
    }
  }

  private void addLists(String namespace, List<AddressListSource> lists) {
    for (AddressListSource list : lists) {
      if (list.configMapRef() != null) {
        configMaps.add(new ObjectName(namespace, list.configMapRef().name()));
      }
    }
  }
}

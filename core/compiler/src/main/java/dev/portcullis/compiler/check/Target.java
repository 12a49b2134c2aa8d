// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler.check;

import dev.portcullis.compiler.TargetName;
import dev.portcullis.compiler.diagnostic.FieldPath;
import dev.portcullis.crds.v1alpha1.NamespaceSelector;
import dev.portcullis.crds.v1alpha1.TargetRef;
import org.jspecify.annotations.Nullable;

/**
 * What a policy claims to guard.
 *
 * @param namespaces where; null: in the policy's own namespace
 * @param name empty when all of each selected namespace is meant
 * @param section name of a port; null: all of them
 * @param override whether it goes before narrower targets
 * @param path where the policy says so
 */
public record Target(
    @Nullable NamespaceSelector namespaces,
    TargetRef.Kind kind,
    String name,
    @Nullable String section,
    boolean override,
    FieldPath path) {

  /** What it is in one of its namespaces. */
  public TargetName in(String namespace) {
    return kind == TargetRef.Kind.NAMESPACE
        ? TargetName.ofNamespace(namespace)
        : new TargetName(kind, namespace, name, section);
  }
}

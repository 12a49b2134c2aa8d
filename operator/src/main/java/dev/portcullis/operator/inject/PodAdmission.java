// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.inject;

import dev.portcullis.crds.enrolment.Enrolment;
import dev.portcullis.operator.inject.pod.InjectionRequest;
import dev.portcullis.operator.inject.pod.InjectionResult;
import dev.portcullis.operator.inject.pod.InjectionSettings;
import dev.portcullis.operator.inject.pod.PodInjector;
import io.fabric8.kubernetes.api.model.Namespace;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Gives pods the sidecar of their namespace's revision when they are created. A namespace that asks
 * for a revision that is not there gets no pods: they would be unguarded.
 */
public final class PodAdmission implements Admission {
  private final SortedMap<String, PodInjector> revisions = new TreeMap<>();
  private final NamespaceReader namespaces;

  /**
   * @param revisions one for each; by different names
   */
  public PodAdmission(Collection<InjectionSettings> revisions, NamespaceReader namespaces) {
    revisions.forEach(each -> this.revisions.put(each.revision(), new PodInjector(each)));
    this.namespaces = namespaces;
  }

  @Override
  public AdmissionAnswer answer(AdmissionRequest request) {
    if (!request.kind().equals("Pod")
        || !request.subResource().isEmpty()
        || !request.operation().equals("CREATE")
        || !request.object().isObject()) {
      throw new AdmissionException(
          "asked about "
              + request.operation()
              + " of "
              + request.kind()
              + ": the webhook configuration should ask about CREATE of Pod only",
          null);
    }
    Namespace namespace = namespaces.read(request.namespace());
    String revision = Enrolment.revision(namespace);
    @Nullable PodInjector injector = revisions.get(revision);
    if (injector == null) {
      return new AdmissionAnswer.Denied(
          "no sidecar for this pod: namespace %s is labelled portcullis.dev/revision: %s, and the revisions here are %s"
              .formatted(request.namespace(), revision, String.join(", ", revisions.keySet())),
          List.of());
    }
    Map<String, String> annotations =
        Objects.requireNonNullElse(namespace.getMetadata().getAnnotations(), Map.of());
    InjectionResult result =
        injector.inject(
            new InjectionRequest(request.object(), annotations, UUID.randomUUID().toString()));
    return switch (result) {
      case InjectionResult.Injected(var patch, var warnings) ->
          new AdmissionAnswer.Allowed(patch, warnings, patch.isEmpty() ? "unchanged" : "injected");
      case InjectionResult.Skipped(var warnings) ->
          AdmissionAnswer.Allowed.asIs(warnings, "skipped");
      case InjectionResult.Refused(String message) ->
          new AdmissionAnswer.Denied("no sidecar for this pod: " + message, result.warnings());
    };
  }
}

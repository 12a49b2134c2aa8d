// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.inject;

import dev.portcullis.operator.inject.pod.InjectionRequest;
import dev.portcullis.operator.inject.pod.InjectionResult;
import dev.portcullis.operator.inject.pod.PodInjector;
import java.util.UUID;

/** Gives pods their sidecar when they are created. */
public final class PodAdmission implements Admission {
  private final PodInjector injector;
  private final NamespaceAnnotations namespaces;

  public PodAdmission(PodInjector injector, NamespaceAnnotations namespaces) {
    this.injector = injector;
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
    InjectionResult result =
        injector.inject(
            new InjectionRequest(
                request.object(),
                namespaces.of(request.namespace()),
                UUID.randomUUID().toString()));
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

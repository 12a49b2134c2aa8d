// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.cluster;

import dev.portcullis.crds.v1alpha1.ApiPolicy;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;

/** Says that something about an ApiPolicy changed. */
@ControllerConfiguration(name = "apipolicy", triggerReconcilerOnAllEvents = true)
record ApiPolicyReconciler(Runnable dirty) implements Reconciler<ApiPolicy> {

  @Override
  public UpdateControl<ApiPolicy> reconcile(ApiPolicy resource, Context<ApiPolicy> context) {
    dirty.run();
    return UpdateControl.noUpdate();
  }
}

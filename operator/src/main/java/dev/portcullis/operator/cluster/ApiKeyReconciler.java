// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.cluster;

import dev.portcullis.crds.v1alpha1.ApiKey;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;

/** Says that something about an ApiKey changed. */
@ControllerConfiguration(name = "apikey", triggerReconcilerOnAllEvents = true)
record ApiKeyReconciler(Runnable dirty) implements Reconciler<ApiKey> {

  @Override
  public UpdateControl<ApiKey> reconcile(ApiKey resource, Context<ApiKey> context) {
    dirty.run();
    return UpdateControl.noUpdate();
  }
}

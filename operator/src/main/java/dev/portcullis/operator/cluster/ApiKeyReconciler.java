// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.cluster;

import dev.portcullis.crds.v1alpha1.ApiKey;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;

/**
 * Says that something about an ApiKey changed.
 *
 * @param dirty told of keys that may let somebody in
 * @param withdrawn told of those that are gone or revoked
 */
@ControllerConfiguration(name = "apikey", triggerReconcilerOnAllEvents = true)
record ApiKeyReconciler(Runnable dirty, Runnable withdrawn) implements Reconciler<ApiKey> {

  @Override
  public UpdateControl<ApiKey> reconcile(ApiKey resource, Context<ApiKey> context) {
    boolean refuses = context.isPrimaryResourceDeleted() || resource.getSpec().revoked();
    (refuses ? withdrawn : dirty).run();
    return UpdateControl.noUpdate();
  }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.cluster;

import dev.portcullis.crds.v1alpha1.RateLimitPolicy;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;

/** Says that something about an RateLimitPolicy changed. */
@ControllerConfiguration(name = "ratelimitpolicy", triggerReconcilerOnAllEvents = true)
record RateLimitPolicyReconciler(Runnable dirty) implements Reconciler<RateLimitPolicy> {

  @Override
  public UpdateControl<RateLimitPolicy> reconcile(
      RateLimitPolicy resource, Context<RateLimitPolicy> context) {
    dirty.run();
    return UpdateControl.noUpdate();
  }
}

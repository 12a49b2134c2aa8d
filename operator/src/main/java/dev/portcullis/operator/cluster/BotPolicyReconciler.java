// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.cluster;

import dev.portcullis.crds.v1alpha1.BotPolicy;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;

/** Says that something about an BotPolicy changed. */
@ControllerConfiguration(name = "botpolicy", triggerReconcilerOnAllEvents = true)
record BotPolicyReconciler(Runnable dirty) implements Reconciler<BotPolicy> {

  @Override
  public UpdateControl<BotPolicy> reconcile(BotPolicy resource, Context<BotPolicy> context) {
    dirty.run();
    return UpdateControl.noUpdate();
  }
}

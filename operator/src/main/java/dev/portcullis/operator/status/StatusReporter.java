// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.status;

import dev.portcullis.compiler.CompileResult;
import dev.portcullis.compiler.PolicyOutcome;
import dev.portcullis.crds.v1alpha1.ApiKey;
import dev.portcullis.crds.v1alpha1.ApiKeyStatus;
import dev.portcullis.crds.v1alpha1.PolicySpec;
import dev.portcullis.crds.v1alpha1.PolicyStatus;
import dev.portcullis.fleet.FleetPlan;
import dev.portcullis.operator.Leadership;
import dev.portcullis.operator.cluster.ClusterSnapshot;
import dev.portcullis.operator.probe.Enforcement;
import dev.portcullis.operator.probe.Gate;
import dev.portcullis.operator.probe.Gates;
import dev.portcullis.operator.probe.Prober;
import dev.portcullis.operator.rollout.PolicyWorker;
import dev.portcullis.operator.rollout.Progress;
import io.fabric8.kubernetes.client.CustomResource;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Works out every status, and hands those that differ to the writer. */
public final class StatusReporter implements PolicyWorker.Reporter {
  private final StatusWriter writer;
  private final Prober prober;
  private final UnprotectedReporter unprotected;
  private final Leadership leadership;
  private final Clock clock;

  /**
   * @param prober asks the gates while this operator leads
   */
  public StatusReporter(
      StatusWriter writer,
      Prober prober,
      UnprotectedReporter unprotected,
      Leadership leadership,
      Clock clock) {
    this.writer = writer;
    this.prober = prober;
    this.unprotected = unprotected;
    this.leadership = leadership;
    this.clock = clock;
  }

  @Override
  public void report(
      ClusterSnapshot snapshot, CompileResult result, FleetPlan fleet, Progress progress) {
    if (!leadership.leads()) {
      prober.want(Set.of());
      unprotected.report(List.of());
      return;
    }
    Instant now = clock.instant();
    Set<Gate> gates = Gates.of(fleet, progress);
    prober.want(gates);
    unprotected.report(fleet.unprotected());
    PolicyStatusFactory policies =
        new PolicyStatusFactory(progress, new Enforcement(prober.states(gates), fleet), now);
    ApiKeyStatusFactory keys = new ApiKeyStatusFactory(progress.observed().values(), now);
    List<StatusUpdate> updates = new ArrayList<>();
    snapshot
        .policies()
        .forEach((ref, policy) -> {
          PolicyOutcome outcome = result.outcomes().get(ref);
          if (outcome != null) {
            updates.add(update(policy, outcome, policies));
          }
        });
    snapshot
        .apiKeys()
        .forEach((ref, key) -> {
          PolicyOutcome outcome = result.outcomes().get(ref);
          if (outcome != null) {
            updates.add(update(key, outcome, keys));
          }
        });
    writer.want(updates);
  }

  private StatusUpdate update(
      CustomResource<? extends PolicySpec, PolicyStatus> policy,
      PolicyOutcome outcome,
      PolicyStatusFactory factory) {
    PolicyStatus before = writer.known(policy, policy.getStatus());
    PolicyStatus status = factory.of(policy, outcome, before);
    boolean serves = outcome.serving() == PolicyOutcome.Serving.CURRENT;
    return new StatusUpdate(
        policy,
        status,
        before,
        status.conditions(),
        before == null ? List.of() : before.conditions(),
        serves ? policy : null);
  }

  private StatusUpdate update(ApiKey key, PolicyOutcome outcome, ApiKeyStatusFactory factory) {
    ApiKeyStatus before = writer.known(key, key.getStatus());
    ApiKeyStatus status = factory.of(key, outcome, before);
    return new StatusUpdate(
        key,
        status,
        before,
        status.conditions(),
        before == null ? List.of() : before.conditions(),
        null);
  }
}

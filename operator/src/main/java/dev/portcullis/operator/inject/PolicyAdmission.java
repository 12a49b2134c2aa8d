// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.inject;

import com.fasterxml.jackson.databind.JsonNode;
import dev.portcullis.compiler.KnownConfigMaps;
import dev.portcullis.compiler.KnownSecrets;
import dev.portcullis.compiler.PolicyCompiler;
import dev.portcullis.compiler.PolicyOutcome;
import dev.portcullis.compiler.PolicySet;
import dev.portcullis.compiler.diagnostic.Diagnostic;
import dev.portcullis.compiler.diagnostic.DiagnosticText;
import dev.portcullis.compiler.source.KeySource;
import dev.portcullis.compiler.source.PolicySource;
import dev.portcullis.crds.v1alpha1.ApiKey;
import dev.portcullis.crds.v1alpha1.ApiPolicy;
import dev.portcullis.crds.v1alpha1.BotPolicy;
import dev.portcullis.crds.v1alpha1.PolicySpec;
import dev.portcullis.crds.v1alpha1.RateLimitPolicy;
import dev.portcullis.operator.rollout.PolicyWorker;
import dev.portcullis.policy.plan.PolicyRef;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Says of a policy, before it is stored, what {@code portcullis validate} says: it is compiled
 * together with all that the operator knows of the cluster.
 *
 * <p>Only what is wrong with the policy itself refuses it. What it merely waits for, a Service or a
 * Secret that comes later, is a warning: GitOps applies in any order.
 */
public final class PolicyAdmission implements Admission {
  private static final int MAX_ERRORS = 16;
  private static final int MAX_MESSAGE = 8 * 1024;

  /** The API server cuts all of them once they have 4096 characters together. */
  private static final int MAX_WARNINGS = 8;

  private static final int MAX_WARNING = 500;
  private static final int PATIENCE_SECONDS = 3;

  private final Supplier<PolicyWorker.@Nullable Compiled> latest;
  private final KubernetesSerialization json;
  private final Clock clock;

  /** Compiling takes a core: one at a time, so that it takes no more than that. */
  private final ReentrantLock turn = new ReentrantLock();

  /**
   * @param latest what the operator compiled last
   * @param json reads policies as the informers do
   */
  public PolicyAdmission(
      Supplier<PolicyWorker.@Nullable Compiled> latest, KubernetesSerialization json, Clock clock) {
    this.latest = latest;
    this.json = json;
    this.clock = clock;
  }

  @Override
  public AdmissionAnswer answer(AdmissionRequest request) {
    JsonNode object = request.object();
    boolean leaving = object.at("/metadata/deletionTimestamp").isTextual();
    if (!object.isObject() || !request.subResource().isEmpty() || leaving) {
      return AdmissionAnswer.Allowed.asIs(List.of(), "skipped");
    }
    PolicyOutcome outcome = outcome(request);
    List<Diagnostic> remarks =
        Stream.concat(outcome.references().stream(), outcome.warnings().stream()).toList();
    if (outcome.errors().isEmpty()) {
      return AdmissionAnswer.Allowed.asIs(warnings(remarks), "accepted");
    }
    // A label on a policy that is broken already breaks nothing more.
    if (object.path("spec").equals(request.oldObject().path("spec"))) {
      return AdmissionAnswer.Allowed.asIs(
          warnings(Stream.concat(outcome.errors().stream(), remarks.stream()).toList()),
          "unchanged");
    }
    return new AdmissionAnswer.Denied(message(outcome.errors()), warnings(remarks));
  }

  private PolicyOutcome outcome(AdmissionRequest request) {
    PolicyWorker.Compiled known = latest.get();
    if (known == null) {
      throw new AdmissionException("the operator has not read the cluster yet", null);
    }
    PolicySet input = known.input();
    List<PolicySource> policies = new ArrayList<>(input.policies());
    List<KeySource> keys = new ArrayList<>(input.apiKeys());
    PolicyRef ref = put(request, policies, keys);
    // Secrets and ConfigMaps are read when a policy that names them is there; before, nobody knows.
    KnownSecrets secrets =
        new KnownSecrets(input.secrets().material(), input.secrets().forbidden(), false);
    KnownConfigMaps configMaps =
        new KnownConfigMaps(input.configMaps().contents(), input.configMaps().forbidden(), false);
    PolicySet asked = new PolicySet(policies, keys, input.targets(), secrets, configMaps);
    PolicyOutcome outcome = compile(asked, known).get(ref);
    if (outcome == null) {
      throw new AdmissionException("the compiler says nothing of " + ref, null);
    }
    return outcome;
  }

  private SortedMap<PolicyRef, PolicyOutcome> compile(
      PolicySet asked, PolicyWorker.Compiled known) {
    boolean mine = false;
    try {
      mine = turn.tryLock(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (!mine) {
        throw new AdmissionException("too many policies at once", null);
      }
      return PolicyCompiler.compile(asked, known.cache()).outcomes();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AdmissionException("the operator is stopping", e);
    } finally {
      if (mine) {
        turn.unlock();
      }
    }
  }

  /** Puts the object in the place of the one with its name. */
  private PolicyRef put(
      AdmissionRequest request, List<PolicySource> policies, List<KeySource> keys) {
    JsonNode object = request.object();
    if (request.kind().equals("ApiKey")) {
      KeySource key = KeySource.ofCluster(read(object, ApiKey.class, request));
      keys.removeIf(each -> each.ref().equals(key.ref()));
      keys.add(key);
      return key.ref();
    }
    CustomResource<? extends PolicySpec, ?> policy =
        switch (request.kind()) {
          case "ApiPolicy" -> read(object, ApiPolicy.class, request);
          case "RateLimitPolicy" -> read(object, RateLimitPolicy.class, request);
          case "BotPolicy" -> read(object, BotPolicy.class, request);
          default -> throw new AdmissionException("asked about a " + request.kind(), null);
        };
    PolicySource read = PolicySource.ofCluster(policy, null);
    // A revision of its own, so that nothing that was found out about another is used for it.
    PolicySource source =
        new PolicySource(
            read.ref(),
            read.created() == null ? clock.instant() : read.created(),
            read.origin(),
            "admission/" + request.uid(),
            read.spec(),
            read.findings(),
            null);
    policies.removeIf(each -> each.ref().equals(source.ref()));
    policies.add(source);
    return source.ref();
  }

  private <T extends CustomResource<?, ?>> T read(
      JsonNode object, Class<T> type, AdmissionRequest request) {
    T resource;
    try {
      resource = json.convertValue(object, type);
    } catch (IllegalArgumentException e) {
      throw new AdmissionException("cannot read this " + request.kind(), e);
    }
    resource.getMetadata().setNamespace(request.namespace());
    if (resource.getMetadata().getName() == null) {
      resource.getMetadata().setName(resource.getMetadata().getGenerateName());
    }
    return resource;
  }

  private static String message(List<Diagnostic> errors) {
    String text = DiagnosticText.plain(errors.stream().limit(MAX_ERRORS).toList()).strip();
    int more = errors.size() - MAX_ERRORS;
    String bounded = bounded(text, MAX_MESSAGE);
    return more > 0 ? bounded + "\nand " + more + " more" : bounded;
  }

  private static List<String> warnings(List<Diagnostic> diagnostics) {
    return diagnostics.stream()
        .limit(MAX_WARNINGS)
        .map(diagnostic -> bounded(DiagnosticText.line(diagnostic), MAX_WARNING))
        .toList();
  }

  private static String bounded(String text, int length) {
    return text.length() > length ? text.substring(0, length - 1) + "…" : text;
  }
}

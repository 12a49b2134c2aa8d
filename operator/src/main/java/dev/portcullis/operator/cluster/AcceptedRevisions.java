// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.cluster;

import dev.portcullis.compiler.source.LastAccepted;
import dev.portcullis.crds.v1alpha1.ApiPolicySpec;
import dev.portcullis.crds.v1alpha1.BotPolicySpec;
import dev.portcullis.crds.v1alpha1.PolicySpec;
import dev.portcullis.crds.v1alpha1.RateLimitPolicySpec;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.apps.ControllerRevision;
import io.fabric8.kubernetes.api.model.apps.ControllerRevisionBuilder;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The specs that were served, kept in the cluster as ControllerRevisions that their policies own:
 * they outlive the operator and go with the policy. Thread-safe.
 */
public final class AcceptedRevisions {
  static final String LABEL = "portcullis.dev/accepted-revision=true";
  private static final Logger LOG = LoggerFactory.getLogger(AcceptedRevisions.class);
  private static final int KEPT = 2;
  private static final Map<String, Class<? extends PolicySpec>> SPECS =
      Map.of(
          "ApiPolicy", ApiPolicySpec.class,
          "RateLimitPolicy", RateLimitPolicySpec.class,
          "BotPolicy", BotPolicySpec.class);

  private static final PatchContext APPLY =
      new PatchContext.Builder()
          .withPatchType(PatchType.SERVER_SIDE_APPLY)
          .withFieldManager("portcullis-operator")
          .withForce(true)
          .build();

  private final KubernetesClient client;
  private final KubernetesSerialization json;
  private final NamespacedInformers<ControllerRevision> informers;

  private volatile Map<String, LastAccepted> read = Map.of();

  /** By UID, the name of the revision stored last: informers lag behind. */
  private final ConcurrentMap<String, String> stored = new ConcurrentHashMap<>();

  AcceptedRevisions(KubernetesClient client, NamespacedInformers<ControllerRevision> informers) {
    this.client = client;
    this.json = client.getKubernetesSerialization();
    this.informers = informers;
  }

  /** The newest accepted spec of each policy, by the policy's UID. */
  Map<String, LastAccepted> newest() {
    Map<String, ControllerRevision> newest = new HashMap<>();
    informers
        .list()
        .forEach(revision -> {
          OwnerReference owner = owner(revision);
          if (owner != null) {
            newest.merge(owner.getUid(), revision, AcceptedRevisions::newer);
          }
        });
    Map<String, LastAccepted> accepted = new HashMap<>();
    newest.forEach((uid, revision) -> {
      // A revision never changes, and reading a thousand for every edit would be slow.
      LastAccepted known = read.get(uid);
      LastAccepted spec =
          known != null && known.revision().equals(revision.getMetadata().getName())
              ? known
              : read(revision);
      if (spec != null) {
        accepted.put(uid, spec);
      }
    });
    read = Map.copyOf(accepted);
    return accepted;
  }

  private static ControllerRevision newer(ControllerRevision a, ControllerRevision b) {
    return a.getRevision() >= b.getRevision() ? a : b;
  }

  private static @Nullable OwnerReference owner(ControllerRevision revision) {
    return revision.getMetadata().getOwnerReferences().stream()
        .filter(reference -> SPECS.containsKey(reference.getKind()))
        .findFirst()
        .orElse(null);
  }

  /** A revision that cannot be read is as good as none: the route closes, and the log says why. */
  private @Nullable LastAccepted read(ControllerRevision revision) {
    OwnerReference owner = Objects.requireNonNull(owner(revision));
    Class<? extends PolicySpec> type = Objects.requireNonNull(SPECS.get(owner.getKind()));
    try {
      PolicySpec spec = json.convertValue(revision.getData(), type);
      return new LastAccepted(spec, revision.getMetadata().getName());
    } catch (IllegalArgumentException e) {
      LOG.atError()
          .setCause(e)
          .addKeyValue("revision", revision.getMetadata().getName())
          .addKeyValue("namespace", revision.getMetadata().getNamespace())
          .log("cannot read an accepted revision");
      return null;
    }
  }

  /**
   * Stores a policy's spec as accepted, unless it is already, and drops all but the newest two.
   * Blocks for the API server.
   */
  public void store(CustomResource<? extends PolicySpec, ?> policy) {
    String name = name(policy);
    String namespace = policy.getMetadata().getNamespace();
    List<ControllerRevision> own = new ArrayList<>(of(policy));
    boolean known =
        name.equals(stored.put(policy.getMetadata().getUid(), name))
            || own.stream().anyMatch(revision -> revision.getMetadata().getName().equals(name));
    if (!known) {
      try {
        client.resource(revision(policy, name)).inNamespace(namespace).patch(APPLY);
      } catch (KubernetesClientException e) {
        stored.remove(policy.getMetadata().getUid());
        throw e;
      }
      own.sort(Comparator.comparing(ControllerRevision::getRevision).reversed());
      for (ControllerRevision old : own.subList(Math.min(KEPT - 1, own.size()), own.size())) {
        client.resource(old).inNamespace(namespace).delete();
      }
    }
  }

  private List<ControllerRevision> of(CustomResource<?, ?> policy) {
    return informers
        .list()
        .filter(revision ->
            revision.getMetadata().getOwnerReferences().stream()
                .anyMatch(owner -> owner.getUid().equals(policy.getMetadata().getUid())))
        .toList();
  }

  private static String name(CustomResource<?, ?> policy) {
    return policy.getKind().toLowerCase(Locale.ROOT)
        + "-"
        + policy.getMetadata().getUid()
        + "-"
        + policy.getMetadata().getGeneration();
  }

  private static ControllerRevision revision(
      CustomResource<? extends PolicySpec, ?> policy, String name) {
    return new ControllerRevisionBuilder()
        .withNewMetadata()
        .withName(name)
        .withNamespace(policy.getMetadata().getNamespace())
        .addToLabels(LABEL.substring(0, LABEL.indexOf('=')), "true")
        .withOwnerReferences(
            new OwnerReferenceBuilder()
                .withApiVersion(policy.getApiVersion())
                .withKind(policy.getKind())
                .withName(policy.getMetadata().getName())
                .withUid(policy.getMetadata().getUid())
                .build())
        .endMetadata()
        .withData(policy.getSpec())
        .withRevision(policy.getMetadata().getGeneration())
        .build();
  }
}

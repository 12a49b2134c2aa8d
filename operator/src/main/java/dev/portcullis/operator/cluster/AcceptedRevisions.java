// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.cluster;

import dev.portcullis.compiler.source.LastAccepted;
import dev.portcullis.crds.v1alpha1.PolicySpec;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.apps.ControllerRevision;
import io.fabric8.kubernetes.api.model.apps.ControllerRevisionBuilder;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.net.HttpURLConnection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
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

  private final KubernetesClient client;
  private final KubernetesSerialization json;
  private final NamespacedInformers<ControllerRevision> informers;

  private final OwnRevisions own;

  AcceptedRevisions(
      KubernetesClient client,
      NamespacedInformers<ControllerRevision> informers,
      OwnRevisions own) {
    this.client = client;
    this.json = client.getKubernetesSerialization();
    this.informers = informers;
    this.own = own;
  }

  /** The newest accepted spec of a policy; null: none was stored. */
  @Nullable LastAccepted newest(CustomResource<? extends PolicySpec, ?> policy) {
    return newestFirst(policy)
        .findFirst()
        .map(revision -> read(revision, policy.getSpec().getClass()))
        .orElse(null);
  }

  private Stream<ControllerRevision> newestFirst(CustomResource<?, ?> policy) {
    return informers
        .ownedBy(policy.getMetadata().getUid())
        .sorted(Comparator.comparing(ControllerRevision::getRevision).reversed());
  }

  /** A revision that cannot be read is as good as none: the route closes, and the log says why. */
  private @Nullable LastAccepted read(
      ControllerRevision revision, Class<? extends PolicySpec> type) {
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
    String uid = policy.getMetadata().getUid();
    List<ControllerRevision> known = newestFirst(policy).toList();
    if (own.stored(uid, name)
        || known.stream().anyMatch(revision -> revision.getMetadata().getName().equals(name))) {
      return;
    }
    own.storing(uid, name);
    try {
      create(revision(policy, name));
    } catch (KubernetesClientException e) {
      own.notStored(uid, name);
      throw e;
    }
    known.stream().skip(KEPT - 1).forEach(old -> client.resource(old).delete());
  }

  /** One that is there already says the same, since its name tells UID and generation. */
  private void create(ControllerRevision revision) {
    try {
      client.resource(revision).create();
    } catch (KubernetesClientException e) {
      if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
        throw e;
      }
    }
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

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.cluster;

import dev.portcullis.crds.v1alpha1.ApiKey;
import dev.portcullis.crds.v1alpha1.ApiPolicy;
import dev.portcullis.crds.v1alpha1.BotPolicy;
import dev.portcullis.crds.v1alpha1.PolicySpec;
import dev.portcullis.crds.v1alpha1.PolicyStatus;
import dev.portcullis.crds.v1alpha1.RateLimitPolicy;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.ControllerRevision;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.OperatorException;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.processing.Controller;
import java.time.Duration;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All informers. JOSDK's reconcilers only say that something changed; leader election is not used,
 * because it would stop them on followers, which serve as well.
 */
public final class ClusterWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ClusterWatch.class);

  private final Scope scope;
  private final Operator operator;
  private final Controller<ApiPolicy> apiPolicies;
  private final Controller<RateLimitPolicy> rateLimitPolicies;
  private final Controller<BotPolicy> botPolicies;
  private final Controller<ApiKey> apiKeys;
  private final NamespacedInformers<Service> services;
  private final NamespacedInformers<Namespace> namespaces;
  private final NamespacedInformers<ControllerRevision> revisionInformers;
  private final AcceptedRevisions revisions;
  private final SecretWatch secrets;
  private final ConfigMapWatch configMaps;
  private final EnrolledPods pods;
  private volatile boolean broken;
  private volatile boolean closing;

  /**
   * Starts every informer, and returns when each knows all that exists.
   *
   * @param dirty told when anything changes; must return at once
   * @param withdrawn told instead when somebody's key is gone or revoked; must return at once
   * @throws ClusterException when something cannot be watched
   */
  public ClusterWatch(KubernetesClient client, Scope scope, Runnable dirty, Runnable withdrawn) {
    this.scope = scope;
    operator =
        new Operator(configuration ->
            configuration
                .withKubernetesClient(client)
                .withCloseClientOnStop(false)
                .withConcurrentReconciliationThreads(4)
                .withCacheSyncTimeout(Duration.ofSeconds(60))
                .withInformerStoppedHandler((_, cause) -> stopped(cause)));
    apiPolicies = register(new ApiPolicyReconciler(dirty), scope);
    rateLimitPolicies = register(new RateLimitPolicyReconciler(dirty), scope);
    botPolicies = register(new BotPolicyReconciler(dirty), scope);
    apiKeys = register(new ApiKeyReconciler(dirty, withdrawn), scope);
    OwnRevisions own = new OwnRevisions(dirty);
    try {
      services =
          NamespacedInformers.start(
              client.services(), scope, null, new NamespacedInformers.MarksDirty<>(dirty));
      pods = new EnrolledPods(client, dirty);
      namespaces =
          NamespacedInformers.ofNamespaces(
              client.namespaces(),
              scope,
              new NamespacedInformers.MarksDirty<>(pods::namespacesChanged));
      pods.follow(namespaces);
      revisionInformers =
          NamespacedInformers.start(
              client.apps().controllerRevisions(), scope, AcceptedRevisions.LABEL, own);
      operator.start();
    } catch (OperatorException | KubernetesClientException e) {
      throw new ClusterException(
          "cannot watch the cluster: " + Preflight.rootMessage(e) + "; check the operator's RBAC",
          e);
    }
    revisions = new AcceptedRevisions(client, revisionInformers, own);
    secrets = new SecretWatch(client, dirty);
    configMaps = new ConfigMapWatch(client, dirty);
  }

  private <T extends HasMetadata> Controller<T> register(Reconciler<T> reconciler, Scope scope) {
    var registered =
        operator.register(
            reconciler,
            overrider -> {
              if (!scope.everywhere()) {
                overrider.settingNamespaces(scope.namespaces());
              }
            });
    return (Controller<T>) registered;
  }

  private void stopped(Throwable cause) {
    if (closing) {
      return;
    }
    broken = true;
    LOG.atError()
        .setCause(cause)
        .log("an informer stopped for good; what is served stays, restart the operator");
  }

  /** Whether changes in the cluster still reach the operator, as far as it can tell. */
  public boolean watching() {
    return !broken
        && services.watching()
        && namespaces.watching()
        && revisionInformers.watching()
        && pods.watching();
  }

  /** The policies of all three kinds. */
  Stream<CustomResource<? extends PolicySpec, PolicyStatus>> policies() {
    return Stream.of(
            list(apiPolicies).map(ClusterWatch::policy),
            list(rateLimitPolicies).map(ClusterWatch::policy),
            list(botPolicies).map(ClusterWatch::policy))
        .flatMap(each -> each);
  }

  private static CustomResource<? extends PolicySpec, PolicyStatus> policy(
      CustomResource<? extends PolicySpec, PolicyStatus> resource) {
    return resource;
  }

  Stream<ApiKey> apiKeys() {
    return list(apiKeys);
  }

  Stream<Service> services() {
    return services.list();
  }

  Stream<Namespace> namespaces() {
    return namespaces.list();
  }

  Scope scope() {
    return scope;
  }

  /** The pods of enrolled namespaces. */
  EnrolledPods pods() {
    return pods;
  }

  SecretWatch secrets() {
    return secrets;
  }

  ConfigMapWatch configMaps() {
    return configMaps;
  }

  /** What was accepted before. */
  public AcceptedRevisions revisions() {
    return revisions;
  }

  private static <T extends HasMetadata> Stream<T> list(Controller<T> controller) {
    return controller.getEventSourceManager().getControllerEventSource().list(_ -> true);
  }

  @Override
  public void close() {
    closing = true;
    operator.stop();
    services.close();
    namespaces.close();
    pods.close();
    revisionInformers.close();
    secrets.close();
    configMaps.close();
  }
}

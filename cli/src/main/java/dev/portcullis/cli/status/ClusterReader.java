// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.status;

import dev.portcullis.cli.CommandException;
import dev.portcullis.compiler.KnownConfigMaps;
import dev.portcullis.crds.enrolment.Enrolment;
import dev.portcullis.crds.v1alpha1.ApiKey;
import dev.portcullis.crds.v1alpha1.ApiPolicy;
import dev.portcullis.crds.v1alpha1.BotPolicy;
import dev.portcullis.crds.v1alpha1.PolicySpec;
import dev.portcullis.crds.v1alpha1.PolicyStatus;
import dev.portcullis.crds.v1alpha1.RateLimitPolicy;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads policies, and which pods nobody guards, from an API server, with the rights of whoever the
 * kubeconfig names.
 */
public final class ClusterReader implements AutoCloseable {
  private static final int CONNECT_MILLIS = 5_000;
  private static final int REQUEST_MILLIS = 10_000;

  private final KubernetesClient client;
  private final @Nullable String namespace;

  private ClusterReader(KubernetesClient client, @Nullable String namespace) {
    this.client = client;
    this.namespace = namespace;
  }

  /**
   * Takes a kubeconfig; asks nobody yet.
   *
   * @param kubeconfig null: as kubectl finds it, by {@code KUBECONFIG} or in the home directory
   * @param namespace null: every namespace
   * @throws CommandException when there is none, or it cannot be read
   */
  public static ClusterReader open(@Nullable Path kubeconfig, @Nullable String namespace) {
    return new ClusterReader(connect(kubeconfig), namespace);
  }

  /**
   * A client for whatever else is asked of a cluster; asks nobody yet.
   *
   * @param kubeconfig as for {@link #open}
   * @throws CommandException when there is none, or it cannot be read
   */
  public static KubernetesClient connect(@Nullable Path kubeconfig) {
    Config found = config(kubeconfig);
    ConfigBuilder config =
        new ConfigBuilder(found)
            .withConnectionTimeout(CONNECT_MILLIS)
            .withRequestTimeout(REQUEST_MILLIS)
            .withRequestRetryBackoffLimit(1);
    ClientKey.algorithm(found).ifPresent(config::withClientKeyAlgo);
    return new KubernetesClientBuilder().withConfig(config.build()).build();
  }

  private static Config config(@Nullable Path kubeconfig) {
    if (kubeconfig == null) {
      Config found = Config.autoConfigure(null);
      if (found.getCurrentContext() == null) {
        throw CommandException.environment(
            "no cluster: there is no kubeconfig with a current context; say --kubeconfig FILE, or"
                + " set KUBECONFIG");
      }
      return found;
    }
    try {
      return Config.fromKubeconfig(Files.readString(kubeconfig));
    } catch (NoSuchFileException e) {
      throw CommandException.environment("no cluster: there is no kubeconfig " + kubeconfig);
    } catch (IOException | RuntimeException e) {
      throw CommandException.environment(
          "no cluster: cannot read the kubeconfig " + kubeconfig + ": " + e.getMessage());
    }
  }

  /**
   * Reads every policy, and the pods of enrolled namespaces if whoever asks may see them.
   *
   * @throws CommandException when the API server does not answer, or does not tell
   */
  public ClusterReport read() {
    List<PolicyState> policies = new ArrayList<>();
    add(ApiPolicy.class, policies);
    add(RateLimitPolicy.class, policies);
    add(BotPolicy.class, policies);
    try {
      return new ClusterReport(policies, unprotected(), "");
    } catch (KubernetesClientException e) {
      return new ClusterReport(policies, List.of(), refusal("namespaces and pods", e));
    }
  }

  /**
   * Reads every ApiKey.
   *
   * @throws CommandException when the API server does not answer, or does not tell
   */
  public List<ApiKey> apiKeys() {
    try {
      var all = client.resources(ApiKey.class);
      return (namespace == null ? all.inAnyNamespace().list() : all.inNamespace(namespace).list())
          .getItems();
    } catch (KubernetesClientException e) {
      throw CommandException.environment(refusal("ApiKey resources", e));
    }
  }

  /**
   * Reads one ApiKey of the namespace, or of the kubeconfig's if none was given; empty: there is
   * none.
   *
   * @throws CommandException when the API server does not answer, or does not tell
   */
  public Optional<ApiKey> apiKey(String name) {
    try {
      var all = client.resources(ApiKey.class);
      return Optional.ofNullable(
          (namespace == null ? all : all.inNamespace(namespace)).withName(name).get());
    } catch (KubernetesClientException e) {
      throw CommandException.environment(refusal("ApiKey resources", e));
    }
  }

  /**
   * Works out where each section of what is guarded comes from.
   *
   * @throws CommandException when the API server does not answer, or does not tell; it takes the
   *     right to list policies, namespaces, Services and pods of all namespaces
   */
  public EffectivePolicies effective() {
    try {
      List<ApiPolicy> apis = client.resources(ApiPolicy.class).inAnyNamespace().list().getItems();
      List<CustomResource<? extends PolicySpec, PolicyStatus>> policies = new ArrayList<>(apis);
      policies.addAll(client.resources(RateLimitPolicy.class).inAnyNamespace().list().getItems());
      policies.addAll(client.resources(BotPolicy.class).inAnyNamespace().list().getItems());
      List<Namespace> namespaces = client.namespaces().list().getItems();
      List<Pod> pods = new ArrayList<>();
      for (Namespace each : namespaces) {
        if (Enrolment.of(each) != Enrolment.NONE) {
          pods.addAll(client.pods().inNamespace(each.getMetadata().getName()).list().getItems());
        }
      }
      return EffectivePolicies.of(
          policies,
          namespaces,
          client.services().inAnyNamespace().list().getItems(),
          pods,
          known(NamedConfigMaps.read(client, apis)),
          namespace);
    } catch (KubernetesClientException e) {
      throw CommandException.environment(refusal("policies, namespaces, Services and pods", e));
    }
  }

  private static KnownConfigMaps known(List<ConfigMap> maps) {
    Map<KnownConfigMaps.Name, KnownConfigMaps.Content> contents = new HashMap<>();
    for (ConfigMap map : maps) {
      contents.put(
          new KnownConfigMaps.Name(map.getMetadata().getNamespace(), map.getMetadata().getName()),
          new KnownConfigMaps.Content(
              new TreeMap<>(Objects.requireNonNullElse(map.getData(), Map.of()))));
    }
    return new KnownConfigMaps(contents, Set.of(), false);
  }

  private List<UnprotectedWorkload> unprotected() {
    List<UnprotectedWorkload> found = new ArrayList<>();
    for (Namespace each : namespaces()) {
      Enrolment enrolment = Enrolment.of(each);
      if (enrolment != Enrolment.NONE) {
        String name = each.getMetadata().getName();
        List<Pod> pods = client.pods().inNamespace(name).list().getItems();
        found.addAll(
            UnprotectedWorkload.among(name, pods.stream().filter(enrolment::guards).toList()));
      }
    }
    return found;
  }

  private List<Namespace> namespaces() {
    if (namespace == null) {
      return client.namespaces().list().getItems();
    }
    Namespace only = client.namespaces().withName(namespace).get();
    return only == null ? List.of() : List.of(only);
  }

  private <T extends CustomResource<? extends PolicySpec, PolicyStatus>> void add(
      Class<T> kind, List<PolicyState> policies) {
    try {
      var all =
          namespace == null
              ? client.resources(kind).inAnyNamespace().list()
              : client.resources(kind).inNamespace(namespace).list();
      all.getItems().forEach(policy -> policies.add(PolicyState.of(policy)));
    } catch (KubernetesClientException e) {
      throw CommandException.environment(refusal(kind.getSimpleName() + " resources", e));
    }
  }

  private String refusal(String kinds, KubernetesClientException e) {
    return switch (e.getCode()) {
      case 404 -> client.getMasterUrl() + " has no " + kinds + ": install the chart's CRDs";
      case 401 -> client.getMasterUrl() + " does not know who asks: renew the credentials";
      case 403 -> "to list " + kinds + " is forbidden: " + e.getMessage();
      default -> "no cluster: " + client.getMasterUrl() + " does not answer: " + cause(e);
    };
  }

  /** What went wrong at the bottom; the client wraps it in words about its own doings. */
  private static String cause(Throwable thrown) {
    Throwable cause = thrown;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
  }

  @Override
  public void close() {
    client.close();
  }
}

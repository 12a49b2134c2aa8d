// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.identity.ca;

import dev.portcullis.crds.enrolment.Enrolment;
import dev.portcullis.operator.cluster.WatchedObject;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the ConfigMap that sidecars find the operator by right in every enrolled namespace, in that
 * of the installation for decision services, and in each that was enrolled once: pods that still
 * run there go on trusting what they must. The leader writes, and only what differs; what somebody
 * edits or deletes is put right again.
 */
public final class TrustConfigMaps implements AutoCloseable {
  /** The name of the ConfigMap. */
  public static final String NAME = "portcullis-trust";

  private static final Logger LOG = LoggerFactory.getLogger(TrustConfigMaps.class);
  private static final String PART_OF = "app.kubernetes.io/part-of";

  private final KubernetesClient client;
  private final String installation;
  private final Supplier<Map<String, String>> content;
  private final BooleanSupplier leads;
  private final ScheduledExecutorService worker;
  private final WatchedObject<Namespace> namespaces;
  private final WatchedObject<ConfigMap> maps;

  /**
   * Starts to keep them right.
   *
   * @param installation the namespace of the operator
   * @param content what they should hold now
   * @param leads whether this operator writes now
   * @param worker a single thread
   * @param look how often what failed is tried again
   */
  public TrustConfigMaps(
      KubernetesClient client,
      String installation,
      Supplier<Map<String, String>> content,
      BooleanSupplier leads,
      ScheduledExecutorService worker,
      Duration look) {
    this.client = client;
    this.installation = installation;
    this.content = content;
    this.leads = leads;
    this.worker = worker;
    this.namespaces = WatchedObject.start(client.namespaces().runnableInformer(0), this::changed);
    this.maps =
        WatchedObject.start(
            client
                .configMaps()
                .inAnyNamespace()
                .withField("metadata.name", NAME)
                .runnableInformer(0),
            this::changed);
    long millis = look.toMillis();
    var _ = worker.scheduleWithFixedDelay(this::run, millis, millis, TimeUnit.MILLISECONDS);
  }

  /** What they should hold may be another now. Returns at once. */
  public void changed() {
    worker.execute(this::run);
  }

  private void run() {
    try {
      write();
    } catch (RuntimeException e) {
      // Tried again at the next look: a thread that ends would never write again.
      LOG.atError().setCause(e).log("the roots could not be published");
    }
  }

  private void write() {
    if (!leads.getAsBoolean() || !namespaces.known() || !maps.known()) {
      return;
    }
    Map<String, ConfigMap> present =
        maps.all().stream()
            .collect(Collectors.toMap(map -> map.getMetadata().getNamespace(), map -> map));
    Map<String, String> wanted = content.get();
    for (Namespace namespace : namespaces.all()) {
      String name = namespace.getMetadata().getName();
      ConfigMap map = present.get(name);
      boolean served =
          name.equals(installation) || Enrolment.of(namespace) != Enrolment.NONE || isOurs(map);
      boolean ends = namespace.getMetadata().getDeletionTimestamp() != null;
      if (!ends && served && !isRight(map, wanted)) {
        write(name, wanted);
      }
    }
  }

  private static boolean isOurs(@Nullable ConfigMap map) {
    return map != null && "portcullis".equals(labels(map.getMetadata().getLabels()).get(PART_OF));
  }

  private static Map<String, String> labels(@Nullable Map<String, String> labels) {
    return labels == null ? Map.of() : labels;
  }

  /** Whatever else somebody put beside our entries does no harm. */
  private static boolean isRight(@Nullable ConfigMap map, Map<String, String> wanted) {
    if (map == null || !isOurs(map)) {
      return false;
    }
    Map<String, String> data = map.getData() == null ? new HashMap<>() : map.getData();
    return data.entrySet().containsAll(wanted.entrySet());
  }

  private void write(String namespace, Map<String, String> wanted) {
    ConfigMap map =
        new ConfigMapBuilder()
            .withNewMetadata()
            .withNamespace(namespace)
            .withName(NAME)
            .withLabels(Map.of(PART_OF, "portcullis"))
            .endMetadata()
            .withData(wanted)
            .build();
    try {
      client.resource(map).fieldManager("portcullis-operator").forceConflicts().serverSideApply();
    } catch (KubernetesClientException e) {
      LOG.atWarn()
          .setCause(e)
          .addKeyValue("namespace", namespace)
          .log("the roots could not be published; it is tried again");
    }
  }

  /** The namespaces that have one now. */
  Set<String> published() {
    return maps.all().stream()
        .map(map -> map.getMetadata().getNamespace())
        .collect(Collectors.toUnmodifiableSet());
  }

  @Override
  public void close() {
    namespaces.close();
    maps.close();
  }
}

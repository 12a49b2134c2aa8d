// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.status;

import dev.portcullis.crds.v1alpha1.Condition;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes an event of a condition that turned bad, so that {@code kubectl describe} and {@code
 * kubectl get events} show it. Good news is in the status alone.
 */
public final class EventWriter {
  private static final Logger LOG = LoggerFactory.getLogger(EventWriter.class);
  private static final int MAX_MESSAGE = 1024;

  /** A condition that is merely on its way is no news. */
  private static final Set<String> QUIET = Set.of("Pending", "NoDecisionService", "NotAccepted");

  private final KubernetesClient client;
  private final Clock clock;

  public EventWriter(KubernetesClient client, Clock clock) {
    this.client = client;
    this.clock = clock;
  }

  /** Writes an event for each condition that was not bad before, or for another reason. */
  void transitions(StatusUpdate update) {
    List<Condition> before = update.conditionsBefore();
    for (Condition condition : update.conditions()) {
      boolean news =
          condition.status() == Condition.Status.FALSE
              && !QUIET.contains(condition.reason())
              && before.stream().noneMatch(old -> says(old, condition));
      if (news) {
        warn(
            about(update.resource()),
            condition.reason(),
            condition.type() + " is False: " + condition.message());
      }
    }
  }

  private static boolean says(Condition old, Condition now) {
    return old.type().equals(now.type())
        && old.status() == now.status()
        && old.message().equals(now.message());
  }

  private static ObjectReference about(CustomResource<?, ?> resource) {
    ObjectMeta metadata = resource.getMetadata();
    return new ObjectReferenceBuilder()
        .withApiVersion(resource.getApiVersion())
        .withKind(resource.getKind())
        .withNamespace(metadata.getNamespace())
        .withName(metadata.getName())
        .withUid(metadata.getUid())
        .withResourceVersion(metadata.getResourceVersion())
        .build();
  }

  /** Writes an event about an object; when that fails, so does nothing else. */
  public void warn(ObjectReference about, String reason, String message) {
    String now = clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
    try {
      client
          .v1()
          .events()
          .inNamespace(about.getNamespace())
          .resource(
              new EventBuilder()
                  .withNewMetadata()
                  .withGenerateName(prefix(about.getName()))
                  .withNamespace(about.getNamespace())
                  .endMetadata()
                  .withInvolvedObject(about)
                  .withType("Warning")
                  .withReason(reason)
                  .withMessage(
                      message.length() <= MAX_MESSAGE
                          ? message
                          : message.substring(0, MAX_MESSAGE - 1) + "…")
                  .withNewSource()
                  .withComponent(StatusWriter.FIELD_MANAGER)
                  .endSource()
                  .withReportingComponent(StatusWriter.FIELD_MANAGER)
                  .withFirstTimestamp(now)
                  .withLastTimestamp(now)
                  .withCount(1)
                  .build())
          .create();
    } catch (KubernetesClientException e) {
      LOG.atWarn().setCause(e).log("cannot write an event; statuses and metrics say the same");
    }
  }

  private static String prefix(String name) {
    return (name.length() > 200 ? name.substring(0, 200) : name) + ".";
  }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.status;

import dev.portcullis.crds.v1alpha1.Condition;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.ObjectMeta;
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
        write(update.resource(), condition);
      }
    }
  }

  private static boolean says(Condition old, Condition now) {
    return old.type().equals(now.type())
        && old.status() == now.status()
        && old.message().equals(now.message());
  }

  private void write(CustomResource<?, ?> resource, Condition condition) {
    ObjectMeta metadata = resource.getMetadata();
    String now = clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
    String message = condition.type() + " is False: " + condition.message();
    try {
      client
          .v1()
          .events()
          .inNamespace(metadata.getNamespace())
          .resource(
              new EventBuilder()
                  .withNewMetadata()
                  .withGenerateName(prefix(metadata.getName()))
                  .withNamespace(metadata.getNamespace())
                  .endMetadata()
                  .withNewInvolvedObject()
                  .withApiVersion(resource.getApiVersion())
                  .withKind(resource.getKind())
                  .withNamespace(metadata.getNamespace())
                  .withName(metadata.getName())
                  .withUid(metadata.getUid())
                  .withResourceVersion(metadata.getResourceVersion())
                  .endInvolvedObject()
                  .withType("Warning")
                  .withReason(condition.reason())
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
      LOG.atWarn().setCause(e).log("cannot write an event; the status says the same");
    }
  }

  private static String prefix(String name) {
    return (name.length() > 200 ? name.substring(0, 200) : name) + ".";
  }
}

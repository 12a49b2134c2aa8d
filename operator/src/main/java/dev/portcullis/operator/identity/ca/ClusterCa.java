// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.identity.ca;

import dev.portcullis.operator.cluster.WatchedObject;
import dev.portcullis.operator.identity.CurrentTrust;
import dev.portcullis.operator.identity.IdentityFileException;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The certificate authority in a Secret of the installation namespace. Every operator follows it;
 * the leader writes what a {@link Rotation} says. Whoever comes first makes it: the API server lets
 * only one do so. What cannot be understood is never overwritten, and what was known before stays.
 */
public final class ClusterCa implements AutoCloseable {
  /** Where the authority is kept. */
  public static final String SECRET = "portcullis-ca";

  /** Another value of this annotation of the Secret asks for a new root. */
  public static final String ROTATE = "portcullis.dev/rotate";

  private static final Logger LOG = LoggerFactory.getLogger(ClusterCa.class);

  private final KubernetesClient client;
  private final String namespace;
  private final Rotation rotation;
  private final BooleanSupplier leads;
  private final Clock clock;
  private final ScheduledExecutorService worker;
  private final WatchedObject<Secret> own;
  private final @Nullable WatchedObject<Secret> given;
  private final CompletableFuture<CurrentTrust> first = new CompletableFuture<>();
  private volatile String trouble = "the API server does not answer";

  /**
   * Starts to follow.
   *
   * @param givenSecret the Secret of an authority that somebody else keeps up to date; null: none
   * @param leads whether this operator writes now
   * @param worker a single thread
   * @param look how often to look for what time brings
   */
  public ClusterCa(
      KubernetesClient client,
      String namespace,
      @Nullable String givenSecret,
      Rotation rotation,
      BooleanSupplier leads,
      Clock clock,
      ScheduledExecutorService worker,
      Duration look) {
    this.client = client;
    this.namespace = namespace;
    this.rotation = rotation;
    this.leads = leads;
    this.clock = clock;
    this.worker = worker;
    this.own = watch(SECRET);
    this.given = givenSecret == null ? null : watch(givenSecret);
    long millis = look.toMillis();
    var _ = worker.scheduleWithFixedDelay(this::run, millis, millis, TimeUnit.MILLISECONDS);
  }

  private WatchedObject<Secret> watch(String name) {
    return WatchedObject.start(
        client.secrets().inNamespace(namespace).withName(name).runnableInformer(0),
        () -> worker.execute(this::run));
  }

  /**
   * Waits for the authority.
   *
   * @throws IdentityFileException when there is none within the time, saying why
   */
  public CurrentTrust await(Duration patience) {
    try {
      return first.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException | ExecutionException e) {
      throw new IdentityFileException(
          "no certificate authority in the Secret " + namespace + "/" + SECRET + ": " + trouble, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IdentityFileException("interrupted", e);
    }
  }

  private void run() {
    try {
      step();
    } catch (KubernetesClientException e) {
      trouble(e.getCode() == HttpURLConnection.HTTP_CONFLICT ? "another wrote it" : e.getMessage());
    } catch (RuntimeException e) {
      // Tried again at the next look: a thread that ends would never write again.
      trouble(e.getMessage());
    }
  }

  private void trouble(@Nullable String what) {
    String text = String.valueOf(what);
    if (!text.equals(trouble)) {
      LOG.atWarn().addKeyValue("error", text).log("the certificate authority stays as it is");
    }
    trouble = text;
  }

  private void step() {
    if (!own.known()) {
      trouble(own.error());
      return;
    }
    Secret secret = own.only();
    Rotation.Wishes wishes = wishes(secret);
    if (wishes == null) {
      return;
    }
    if (secret == null || secret.getData() == null || secret.getData().isEmpty()) {
      write(secret, rotation.begin(wishes));
      return;
    }
    CaState state = CaSecret.read(text(secret));
    tell(state);
    Instant now = clock.instant();
    CaState next = rotation.step(state, wishes, now);
    if (leads.getAsBoolean() && !next.equals(state)) {
      write(secret, next);
    }
    trouble = "";
  }

  /** Null: they cannot be known yet. */
  private Rotation.@Nullable Wishes wishes(@Nullable Secret secret) {
    Map<String, String> annotations =
        secret == null || secret.getMetadata().getAnnotations() == null
            ? Map.of()
            : secret.getMetadata().getAnnotations();
    String asked = annotations.getOrDefault(ROTATE, "");
    if (given == null) {
      return new Rotation.Wishes(asked, null);
    }
    Secret present = given.only();
    if (present == null) {
      // Not "none is given": that would be a wish for an authority of our own.
      trouble("the Secret that --ca-secret names does not exist, or may not be read");
      if (secret != null && secret.getData() != null && !secret.getData().isEmpty()) {
        tell(CaSecret.read(text(secret)));
      }
      return null;
    }
    return new Rotation.Wishes(asked, CaSecret.given(text(present)));
  }

  private void tell(CaState state) {
    if (!first.complete(new CurrentTrust(state.trust()))) {
      first.join().set(state.trust());
    }
  }

  private void write(@Nullable Secret present, CaState state) {
    Secret wanted =
        (present == null
                ? new SecretBuilder()
                    .withNewMetadata()
                    .withNamespace(namespace)
                    .withName(SECRET)
                    .addToLabels("app.kubernetes.io/part-of", "portcullis")
                    .endMetadata()
                    .withType("Opaque")
                : new SecretBuilder(present))
            .withData(encoded(CaSecret.write(state)))
            .build();
    if (present == null) {
      client.resource(wanted).create();
    } else {
      // Carries the version that was read: who read an older one is refused.
      client.resource(wanted).update();
    }
    LOG.atInfo()
        .addKeyValue("serial", state.signer().authority().certificate().getSerialNumber())
        .addKeyValue("introducing", state.next() != null)
        .addKeyValue("retiring", state.retired().size())
        .log("the certificate authority was written");
  }

  private static Map<String, String> text(Secret secret) {
    Map<String, String> text = new HashMap<>();
    Map<String, String> data = secret.getData() == null ? Map.of() : secret.getData();
    data.forEach((key, value) ->
        text.put(key, new String(Base64.getDecoder().decode(value), StandardCharsets.UTF_8)));
    return text;
  }

  private static Map<String, String> encoded(Map<String, String> text) {
    Map<String, String> data = new HashMap<>();
    text.forEach((key, value) ->
        data.put(key, Base64.getEncoder().encodeToString(value.getBytes(StandardCharsets.UTF_8))));
    return data;
  }

  @Override
  public void close() {
    own.close();
    if (given != null) {
      given.close();
    }
  }
}

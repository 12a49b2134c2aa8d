// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.identity;

import io.fabric8.kubernetes.api.model.authentication.TokenReview;
import io.fabric8.kubernetes.api.model.authentication.TokenReviewBuilder;
import io.fabric8.kubernetes.api.model.authentication.TokenReviewStatus;
import io.fabric8.kubernetes.api.model.authentication.UserInfo;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks the Kubernetes API server about tokens that must be meant for us. */
public final class TokenReviews implements TokenAuthenticator {
  /** The audience that tokens must name. */
  public static final String AUDIENCE = "portcullis";

  private static final Logger LOG = LoggerFactory.getLogger(TokenReviews.class);
  private final KubernetesClient client;

  public TokenReviews(KubernetesClient client) {
    this.client = client;
  }

  @Override
  public TokenVerdict authenticate(String token) {
    TokenReview review =
        new TokenReviewBuilder()
            .withNewSpec()
            .withToken(token)
            .withAudiences(AUDIENCE)
            .endSpec()
            .build();
    try {
      return verdict(client.resource(review).create().getStatus());
    } catch (KubernetesClientException e) {
      LOG.atWarn().setCause(e).log("token review failed");
      return new TokenVerdict.Unavailable("the API server does not review tokens now");
    }
  }

  private static TokenVerdict verdict(TokenReviewStatus status) {
    // An API server that knows nothing of audiences leaves the list empty: its word is no proof.
    if (status == null
        || !Boolean.TRUE.equals(status.getAuthenticated())
        || !status.getAudiences().contains(AUDIENCE)) {
      return new TokenVerdict.Refused(
          "the token is not valid for the audience \"" + AUDIENCE + "\"");
    }
    UserInfo user = status.getUser();
    return new TokenVerdict.Authenticated(new Identity(user.getUsername(), pod(user)));
  }

  /** Both or none: a name alone may by now be another pod's. */
  private static @Nullable BoundPod pod(UserInfo user) {
    String name = single(user, "pod-name");
    String uid = single(user, "pod-uid");
    String node = single(user, "node-name");
    return name == null || uid == null ? null : new BoundPod(name, uid, node == null ? "" : node);
  }

  private static @Nullable String single(UserInfo user, String key) {
    Map<String, List<String>> extra = user.getExtra() == null ? Map.of() : user.getExtra();
    List<String> values = extra.getOrDefault("authentication.kubernetes.io/" + key, List.of());
    return values.size() == 1 ? values.getFirst() : null;
  }
}

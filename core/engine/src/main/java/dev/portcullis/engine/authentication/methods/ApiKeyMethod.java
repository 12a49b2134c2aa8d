// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication.methods;

import dev.portcullis.engine.Patience;
import dev.portcullis.engine.authentication.AuthenticationResult.Authenticated;
import dev.portcullis.engine.authentication.Identity;
import dev.portcullis.engine.authentication.credential.Credential;
import dev.portcullis.engine.authentication.credential.CredentialReader;
import dev.portcullis.engine.port.ApiKeySource;
import dev.portcullis.engine.port.Revocations;
import dev.portcullis.engine.port.StoredKeys;
import dev.portcullis.engine.request.RequestContext;
import dev.portcullis.policy.apikey.ApiKeyText;
import dev.portcullis.policy.plan.ApiKeyRecord;
import dev.portcullis.policy.plan.AuthMethodSpec;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An issued key, found by its id and compared by its hash.
 *
 * <p>An id that nobody has costs the same hash and the same comparison as a wrong secret, and every
 * refusal looks alike to the client. Keys that are resources are found at once; where there is a
 * store of others, it is asked about ids that no resource has. The subject of the identity is the
 * name of the ApiKey.
 */
record ApiKeyMethod(
    AuthMethodSpec.ApiKey spec,
    CredentialReader reader,
    ApiKeySource source,
    Revocations revocations)
    implements CredentialMethod {
  /** What the key of an unknown id is compared with; no text has this hash that anyone knows of. */
  private static final String NOBODY = "0".repeat(64);

  @Override
  public String name() {
    return spec.name();
  }

  @Override
  public Credential read(RequestContext request) {
    return reader.read(request);
  }

  @Override
  public Attempt verify(String text, RequestContext request, Patience patience) {
    Optional<ApiKeyText> parsed = ApiKeyText.parse(text);
    if (parsed.isEmpty()) {
      return new Attempt.Failure("not the text of a key, or a typing error in it");
    }
    ApiKeyText key = parsed.get();
    ApiKeyRecord found = source.find(spec.namespace(), key.id());
    StoredKeys stored = found == null ? source.stored() : null;
    if (stored == null) {
      return compared(key, found, null, request.receivedAt());
    }
    return switch (KeyInquiry.known(stored, spec.namespace(), key.id(), patience)) {
      case null -> new Attempt.Asks(new KeyInquiry(stored, spec.namespace(), key.id()));
      case StoredKeys.Answer.Found(ApiKeyRecord there) ->
          compared(key, there, stored, request.receivedAt());
      case StoredKeys.Answer.Absent _ -> compared(key, null, stored, request.receivedAt());
      // It may be a good one, so it is not said to be bad.
      case StoredKeys.Answer.Unavailable(String cause) -> new Attempt.Unavailable(cause);
    };
  }

  /**
   * @param stored who has the key; null: the source itself
   */
  private Attempt compared(
      ApiKeyText key, @Nullable ApiKeyRecord found, @Nullable StoredKeys stored, Instant now) {
    boolean same =
        MessageDigest.isEqual(ascii(key.sha256()), ascii(found == null ? NOBODY : found.sha256()));
    if (found == null || !same) {
      return new Attempt.Failure(
          found == null ? "no key has this id" : "the secret is not that of key " + found.name());
    }
    String objection = objection(found, now);
    if (objection != null) {
      return new Attempt.Failure("key " + found.name() + " " + objection);
    }
    if (stored == null) {
      source.used(found, now);
    } else {
      stored.used(found, now);
    }
    return new Attempt.Success(new Authenticated(identity(found)));
  }

  @Override
  public void disown(String credential) {
    // Looking a key up again costs less than remembering that it is not ours.
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** Why a key whose secret is right is refused all the same; null: it is not. */
  private @Nullable String objection(ApiKeyRecord found, Instant now) {
    if (found.revoked() || revocations.revokesKey(found.namespace(), found.id(), now)) {
      return "is revoked";
    }
    if (found.notBefore() != null && now.isBefore(found.notBefore())) {
      return "is not valid yet";
    }
    if (found.expires() != null && !now.isBefore(found.expires())) {
      return "has expired";
    }
    for (Map.Entry<String, String> label : spec.matchLabels().entrySet()) {
      if (!label.getValue().equals(found.labels().get(label.getKey()))) {
        return "does not have the labels that this method selects";
      }
    }
    return null;
  }

  private Identity identity(ApiKeyRecord found) {
    return new Identity(
        spec.name(),
        true,
        found.name(),
        null,
        found.scopes(),
        Map.of(),
        found.client(),
        found.plan(),
        found.expires() == null ? Identity.NO_END : found.expires().getEpochSecond(),
        List.of());
  }
}

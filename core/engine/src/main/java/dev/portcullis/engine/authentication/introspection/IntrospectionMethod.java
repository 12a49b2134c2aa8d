// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication.introspection;

import dev.portcullis.engine.Inquiry;
import dev.portcullis.engine.Patience;
import dev.portcullis.engine.authentication.jwt.MethodFingerprint;
import dev.portcullis.engine.authentication.jwt.TokenDigest;
import dev.portcullis.engine.port.Introspector;
import dev.portcullis.policy.plan.AuthMethodSpec;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** One method of one policy, with what issuers said before at hand. Safe for all threads. */
public final class IntrospectionMethod {
  /** The longest token that an issuer is asked about, in characters. */
  private static final int MAX_LENGTH = 16 * 1024;

  private final Introspections introspections;
  private final AnswerRules rules;
  private final String endpoint;
  private final Duration timeout;
  private final Duration ttl;
  private final byte[] fingerprint;

  /** Prepares a method; {@code introspections} are shared by any number of them. */
  public IntrospectionMethod(AuthMethodSpec.Introspection method, Introspections introspections) {
    this.introspections = introspections;
    this.rules = new AnswerRules(method);
    this.endpoint = method.endpoint();
    this.timeout = method.timeout();
    this.ttl = method.cacheTtl();
    this.fingerprint = MethodFingerprint.of(method);
  }

  /** What is to be done about a token. */
  public sealed interface Outcome {
    /** Nothing more. */
    record Known(TokenAnswer answer) implements Outcome {}

    /** Its issuer must be asked. */
    record Unknown(Inquiry inquiry) implements Outcome {}
  }

  /**
   * Says what is known of a token. Costs a hash and a look-up.
   *
   * @param token as the client sent it, without a scheme
   * @param patience with what was answered for this request
   */
  public Outcome look(String token, Introspector.Client client, Instant now, Patience patience) {
    // RFC 6749 appendix A.12. Others would also not be told apart by their digest.
    if (token.length() > MAX_LENGTH || !token.chars().allMatch(c -> c > ' ' && c <= '~')) {
      return new Outcome.Known(new TokenAnswer.Refused("the token is not one that issuers make"));
    }
    TokenDigest digest = TokenDigest.of(fingerprint, token);
    for (Inquiry each : patience.answered()) {
      if (each instanceof IntrospectionInquiry inquiry && inquiry.isAbout(digest)) {
        return new Outcome.Known(inquiry.answer());
      }
    }
    @Nullable TokenAnswer known = introspections.find(digest, now);
    if (known != null) {
      return new Outcome.Known(known);
    }
    var question = new Introspector.Question(endpoint, client, token, timeout);
    return new Outcome.Unknown(
        new IntrospectionInquiry(digest, () -> introspections.ask(digest, question, rules, ttl)));
  }
}

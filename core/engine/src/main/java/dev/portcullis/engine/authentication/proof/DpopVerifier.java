// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication.proof;

import dev.portcullis.engine.Inquiry;
import dev.portcullis.engine.Patience;
import dev.portcullis.engine.authentication.json.MalformedTextException;
import dev.portcullis.engine.authentication.jwt.Confirmation;
import dev.portcullis.engine.authentication.keys.HolderKeys;
import dev.portcullis.engine.authentication.keys.VerificationKey;
import dev.portcullis.engine.limit.ChargeId;
import dev.portcullis.engine.port.SharedProofs;
import dev.portcullis.engine.request.Hop;
import dev.portcullis.engine.request.RequestContext;
import dev.portcullis.policy.decision.Phase;
import dev.portcullis.policy.plan.ProofSpec;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Believes a proof only if every rule of RFC 9449 section 4.3 holds, for a request with a token
 * that was verified. The rules that cost little come first; a signature is only verified with the
 * key that the token's issuer named, so nobody buys one without a token. Thread-safe.
 */
public final class DpopVerifier implements HolderProof {
  private static final String HEADER = "dpop";

  /** How old a proof may be, in seconds. */
  static final long LIFETIME = 60;

  /** More than any method forgives clocks, in seconds. */
  private static final long MAX_SKEW = 60;

  private final String namespace;
  private final ProofSpec.Dpop spec;
  private final long skew;
  private final HolderProofs shared;

  /**
   * Prepares the rules of one method.
   *
   * @param namespace of the policy whose method it is
   * @param skew how far clocks may differ; at most a minute counts
   */
  public DpopVerifier(String namespace, ProofSpec.Dpop spec, Duration skew, HolderProofs shared) {
    this.namespace = namespace;
    this.spec = spec;
    this.skew = Math.clamp(skew.toSeconds(), 0, MAX_SKEW);
    this.shared = shared;
  }

  /**
   * Judges the proof that a request carries.
   *
   * @param token as the client sent it, without a scheme
   * @param claims of the token, which holds
   * @param patience how long the thread may be kept: without any, no signature is verified
   */
  @Override
  public ProofVerdict verify(
      RequestContext request, String token, Map<String, Object> claims, Patience patience) {
    String text = request.headers().first(HEADER);
    if (text == null) {
      return refused(ProofFault.MISSING);
    }
    if (request.headers().count(HEADER) > 1) {
      return refused(ProofFault.REPEATED);
    }
    try {
      return verify(text, DpopProof.parse(text), request, token, claims, patience);
    } catch (MalformedTextException e) {
      return refused(ProofFault.MALFORMED);
    }
  }

  private ProofVerdict verify(
      String text,
      DpopProof proof,
      RequestContext request,
      String token,
      Map<String, Object> claims,
      Patience patience) {
    long now = request.receivedAt().getEpochSecond();
    Map<?, ?> jwk = proof.jwk();
    ProofFault fault = fault(proof, request, token, claims, now);
    if (fault != null || jwk == null) {
      return refused(fault == null ? ProofFault.KEY : fault);
    }
    if (spec.nonce() && !shared.nonces().good(proof.text("nonce"), now)) {
      return new ProofVerdict.NonceWanted(shared.nonces().make(now));
    }
    if (patience == Patience.NONE) {
      return ProofVerdict.Waits.WAITS;
    }
    String holder = Confirmation.thumbprint(claims);
    ProofId id = ProofId.of(namespace, holder, proof.id());
    for (Inquiry each : patience.answered()) {
      if (each instanceof ProofInquiry inquiry && inquiry.isAbout(text, id)) {
        return inquiry.sighting() == ReplayWindow.Sighting.FIRST
            ? used(proof, id, request, now)
            : verdict(inquiry.sighting());
      }
    }
    ProofFault forged = forged(proof, holder, jwk);
    if (forged != null) {
      return refused(forged);
    }
    SharedProofs others = shared.others();
    return others == null
        ? used(proof, id, request, now)
        : new ProofVerdict.Asks(new ProofInquiry(text, others, use(proof, id, request, now)));
  }

  /** What costs little. */
  private @Nullable ProofFault fault(
      DpopProof proof, RequestContext request, String token, Map<String, Object> claims, long now) {
    if (!proof.isProof()) {
      return ProofFault.TYPE;
    }
    if (proof.jws().algorithm().symmetric()) {
      return ProofFault.ALGORITHM;
    }
    if (!proof.isComplete()) {
      return ProofFault.CLAIMS;
    }
    String thumbprint = thumbprint(proof.jwk());
    if (thumbprint.isEmpty()) {
      return ProofFault.KEY;
    }
    if (!thumbprint.equals(Confirmation.thumbprint(claims))) {
      return ProofFault.HOLDER;
    }
    if (!proof.text("htm").equals(request.method())) {
      return ProofFault.METHOD;
    }
    TargetUri target = TargetUri.parse(proof.text("htu"));
    if (target == null || !target.names(request.line(), spec.origins())) {
      return ProofFault.TARGET;
    }
    if (!proof.text("ath").equals(hash(token))) {
      return ProofFault.TOKEN;
    }
    long age = now - proof.issuedAt();
    return age < -skew || age >= LIFETIME + skew ? ProofFault.TIME : null;
  }

  private static String thumbprint(@Nullable Map<?, ?> jwk) {
    try {
      return jwk == null ? "" : HolderKeys.thumbprint(jwk);
    } catch (MalformedTextException _) {
      return "";
    }
  }

  private @Nullable ProofFault forged(DpopProof proof, String holder, Map<?, ?> jwk) {
    VerificationKey key;
    try {
      key = shared.keys().key(holder, jwk);
    } catch (MalformedTextException _) {
      return ProofFault.KEY;
    }
    var jws = proof.jws();
    if (!key.algorithms().contains(jws.algorithm())) {
      return ProofFault.ALGORITHM;
    }
    return shared
            .signatures()
            .verify(jws.algorithm(), key.key(), jws.signingInput(), jws.signature())
        ? null
        : ProofFault.SIGNATURE;
  }

  /** However much another method forgives, the proof is over then. */
  private static long end(DpopProof proof) {
    return proof.issuedAt() + LIFETIME + MAX_SKEW;
  }

  private static SharedProofs.Use use(
      DpopProof proof, ProofId id, RequestContext request, long now) {
    Hop asker = request.peer().hop();
    return new SharedProofs.Use(
        id,
        ChargeId.of(request, Phase.AUTHENTICATION, false),
        asker,
        ReplayWindow.excluded(asker),
        Math.max(1, end(proof) - now));
  }

  /** Once everything else holds, so that nobody can use up a proof that is not theirs. */
  private ProofVerdict used(DpopProof proof, ProofId id, RequestContext request, long now) {
    return verdict(
        shared
            .window()
            .see(
                id,
                ChargeId.of(request, Phase.AUTHENTICATION, false),
                request.peer().hop(),
                end(proof),
                now));
  }

  private static ProofVerdict verdict(ReplayWindow.Sighting sighting) {
    return switch (sighting) {
      case FIRST -> ProofVerdict.Holds.HOLDS;
      case REPLAYED -> refused(ProofFault.REPLAYED);
      case UNKNOWABLE ->
          new ProofVerdict.Unavailable("no proof can be remembered now, so none can be believed");
    };
  }

  private static ProofVerdict refused(ProofFault fault) {
    return new ProofVerdict.Refused(fault);
  }

  private static String hash(String token) {
    try {
      byte[] sha256 =
          MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.ISO_8859_1));
      return Base64.getUrlEncoder().withoutPadding().encodeToString(sha256);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}

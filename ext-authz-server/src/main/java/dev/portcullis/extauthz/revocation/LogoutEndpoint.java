// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.revocation;

import dev.portcullis.engine.authentication.json.MalformedTextException;
import dev.portcullis.engine.authentication.jwt.LogoutVerdict;
import dev.portcullis.engine.authentication.methods.LogoutMethod;
import dev.portcullis.engine.revocation.Revocation;
import dev.portcullis.engine.revocation.RevocationKey;
import dev.portcullis.engine.revocation.RevocationSet;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * {@code /logout/NAMESPACE/POLICY/METHOD} for issuers: OpenID Connect Back-Channel Logout 1.0.
 * Whoever signs for the method's issuer may end sessions for the policies of its namespace, and for
 * no others: another namespace may trust other keys under the name of the same issuer.
 */
final class LogoutEndpoint {
  static final String PATH = "/logout/";

  private static final String REASON = "back-channel logout";

  private final LogoutMethods methods;
  private final Registrar registrar;
  private final Duration lifetime;

  /**
   * Makes it.
   *
   * @param lifetime that no token outlives
   */
  LogoutEndpoint(LogoutMethods methods, Registrar registrar, Duration lifetime) {
    this.methods = methods;
    this.registrar = registrar;
    this.lifetime = lifetime;
  }

  Answer logout(String path, @Nullable String contentType, byte[] body) {
    String[] names = path.substring(PATH.length()).split("/", -1);
    LogoutMethod method = names.length == 3 ? methods.find(names[0], names[1], names[2]) : null;
    if (method == null) {
      return Answer.problem(404, "Not Found", "no method obeys logouts at this address");
    }
    if (contentType == null
        || !contentType.toLowerCase(Locale.ROOT).startsWith("application/x-www-form-urlencoded")) {
      return Answer.problem(415, "Unsupported Media Type", "a logout is a form");
    }
    String token;
    try {
      token = token(new String(body, StandardCharsets.UTF_8));
    } catch (MalformedTextException e) {
      return refused(String.valueOf(e.getMessage()));
    }
    Instant now = registrar.now();
    return switch (method.verify(token, now)) {
      case LogoutVerdict.Believed believed -> obey(names[0], method, believed, now);
      case LogoutVerdict.Refused(String why) -> refused(why);
      case LogoutVerdict.UnknownKey _ -> refused("no key fits the token");
      case null ->
          Answer.problem(503, "Service Unavailable", "the keys of the issuer are not there yet");
    };
  }

  private static String token(String form) throws MalformedTextException {
    String token = null;
    for (String pair : form.split("&", -1)) {
      if (pair.startsWith("logout_token=")) {
        if (token != null) {
          throw new MalformedTextException("logout_token stands twice");
        }
        token = RevocationEndpoint.decoded(pair.substring("logout_token=".length()));
      }
    }
    if (token == null) {
      throw new MalformedTextException("there is no logout_token");
    }
    return token;
  }

  private Answer obey(
      String namespace, LogoutMethod method, LogoutVerdict.Believed logout, Instant now) {
    String issuer = method.issuer();
    RevocationKey id = new RevocationKey(RevocationKey.Kind.LOGOUT, namespace, issuer, logout.id());
    if (registrar.set().find(id, now) != null) {
      return refused("this token was obeyed before");
    }
    Instant end = now.plus(lifetime).plusSeconds(1);
    List<Revocation> revocations = new ArrayList<>(3);
    String session = logout.session();
    String subject = logout.subject();
    if (session != null) {
      revocations.add(
          revocation(
              new RevocationKey(RevocationKey.Kind.SESSION, namespace, issuer, session),
              Revocation.ALL,
              end,
              now));
    }
    if (subject != null) {
      // Tokens of the second in which the session ended may be of before; a new login costs one.
      revocations.add(
          revocation(
              new RevocationKey(
                  session == null ? RevocationKey.Kind.SUBJECT : RevocationKey.Kind.SESSIONLESS,
                  namespace,
                  issuer,
                  subject),
              logout.issuedAt() + 1,
              end,
              now));
    }
    // Last: a token that was not obeyed wholly may come again.
    revocations.add(revocation(id, Revocation.ALL, Instant.ofEpochSecond(logout.until()), now));
    if (registrar.enterForIssuer(revocations, REASON).added() == RevocationSet.Added.FULL) {
      return Answer.problem(507, "Insufficient Storage", "there is no room for a revocation");
    }
    return Answer.empty(200);
  }

  private Revocation revocation(RevocationKey key, long issuedBefore, Instant end, Instant now) {
    return new Revocation(
        key,
        issuedBefore,
        Instant.ofEpochSecond(end.getEpochSecond()),
        false,
        Revocation.after(registrar.set().find(key, now), now));
  }

  /** As section 2.8 wants it. */
  private static Answer refused(String why) {
    return Answer.json(
        400,
        RevocationJson.write(json -> {
          json.writeStringField("error", "invalid_request");
          json.writeStringField("error_description", why);
        }));
  }
}

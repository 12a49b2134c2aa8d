// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.preview;

import dev.portcullis.engine.authentication.AuthenticationResult;
import dev.portcullis.engine.authentication.Authenticator;
import dev.portcullis.engine.authentication.AuthenticatorFactory;
import dev.portcullis.engine.authentication.Identity;
import dev.portcullis.engine.request.MalformedRequestException;
import dev.portcullis.engine.request.RequestContext;
import dev.portcullis.policy.match.Principal;
import dev.portcullis.policy.plan.AuthMethodSpec;
import dev.portcullis.policy.plan.AuthenticationSpec;
import dev.portcullis.policy.plan.CredentialLocation;
import dev.portcullis.policy.plan.RouteId;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Says who called as it was recorded, since no credential is. What a method that was changed would
 * say of a credential is not known, and said to be so. Used by one thread.
 */
final class RecordedCallers implements AuthenticatorFactory {
  /** How a caller is named of whom it is not known who it is. */
  static final String UNKNOWN = "preview";

  private @Nullable RecordedDecision decision;
  private Map<String, AuthMethodSpec> methodsThen = Map.of();

  /**
   * The next request is this one.
   *
   * @param methods by name, of the policies under which it was decided
   */
  void next(RecordedDecision recorded, Map<String, AuthMethodSpec> methods) {
    decision = recorded;
    methodsThen = methods;
  }

  @Override
  public Authenticator create(RouteId route, AuthenticationSpec spec) {
    return (request, _) -> authenticate(spec, request, Objects.requireNonNull(decision));
  }

  private AuthenticationResult authenticate(
      AuthenticationSpec spec, RequestContext request, RecordedDecision recorded) {
    if (asksTheConnectionOnly(spec)) {
      // Which credentials it carried, and what became of them then, is all the same.
      return withoutCredentials(spec, request);
    }
    Identity identity = recorded.identity();
    if (identity != null) {
      return known(spec, request, identity);
    }
    if (recorded.refusedBeforeAuthentication()) {
      return unknown("it was refused before anybody asked who called");
    }
    if (!recorded.allowed()) {
      if ("CREDENTIALS_MISSING".equals(recorded.reason())) {
        return withoutCredentials(spec, request);
      }
      return spec.methods().stream().allMatch(this::asThen)
          ? new AuthenticationResult.Invalid(UNKNOWN, "as it was then", List.of())
          : unknown("its credentials failed, and methods have changed since");
    }
    for (AuthMethodSpec method : spec.methods()) {
      if (method.from().stream().anyMatch(place -> mayCarry(place, request))) {
        return unknown(
            "it carried what may be a credential of method " + method.name() + ", unverified");
      }
    }
    return withoutCredentials(spec, request);
  }

  private AuthenticationResult known(
      AuthenticationSpec spec, RequestContext request, Identity identity) {
    for (AuthMethodSpec method : spec.methods()) {
      if (method.name().equals(identity.method())) {
        if (method instanceof AuthMethodSpec.Mtls && request.peer().principal() != null) {
          // The connection's identity is recorded, so that this one needs no credential.
          return withoutCredentials(spec, request);
        }
        return asThen(method)
            ? new AuthenticationResult.Authenticated(identity)
            : unknown("method " + method.name() + " has changed since");
      }
    }
    if (!identity.authenticated()) {
      return withoutCredentials(spec, request);
    }
    return unknown("method " + identity.method() + ", by which it came in, is not there any more");
  }

  private boolean asThen(AuthMethodSpec method) {
    return method.equals(methodsThen.get(method.name()));
  }

  private static boolean asksTheConnectionOnly(AuthenticationSpec spec) {
    return spec.methods().stream()
        .allMatch(method ->
            method instanceof AuthMethodSpec.Anonymous || method instanceof AuthMethodSpec.Mtls);
  }

  /** What becomes of a request that carries no credential but its connection's identity. */
  private static AuthenticationResult withoutCredentials(
      AuthenticationSpec spec, RequestContext request) {
    Principal principal = request.peer().principal();
    for (AuthMethodSpec method : spec.methods()) {
      if (method instanceof AuthMethodSpec.Mtls mtls) {
        if (principal != null
            && mtls.principals().stream().anyMatch(pattern -> pattern.matches(principal))) {
          return new AuthenticationResult.Authenticated(workload(mtls.name(), principal));
        }
        if (mtls.namesClients()) {
          return unknown("the certificate of a client from outside is not recorded");
        }
      }
    }
    for (AuthMethodSpec method : spec.methods()) {
      if (method instanceof AuthMethodSpec.Anonymous anonymous) {
        return new AuthenticationResult.Authenticated(Identity.anonymous(anonymous.name()));
      }
    }
    return spec.methods().stream().allMatch(AuthMethodSpec.Mtls.class::isInstance)
        ? AuthenticationResult.Unaccepted.UNACCEPTED
        : new AuthenticationResult.Missing(List.of());
  }

  private static Identity workload(String method, Principal principal) {
    return new Identity(
        method,
        true,
        principal.value(),
        null,
        List.of(),
        Map.of(),
        null,
        null,
        Identity.NO_END,
        List.of());
  }

  /** Names are recorded where values are not; of cookies not even those. */
  private static boolean mayCarry(CredentialLocation place, RequestContext request) {
    return switch (place.kind()) {
      case HEADER -> request.headers().contains(place.name());
      case COOKIE -> request.headers().contains("cookie");
      case QUERY -> {
        try {
          yield request.query().first(place.name()) != null;
        } catch (MalformedRequestException e) {
          yield true;
        }
      }
    };
  }

  private static AuthenticationResult unknown(String why) {
    return new AuthenticationResult.Unavailable(UNKNOWN, why);
  }
}

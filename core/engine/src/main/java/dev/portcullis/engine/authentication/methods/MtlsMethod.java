// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication.methods;

import dev.portcullis.engine.Patience;
import dev.portcullis.engine.authentication.AuthenticationResult.Authenticated;
import dev.portcullis.engine.authentication.Identity;
import dev.portcullis.engine.authentication.credential.Credential;
import dev.portcullis.engine.request.RequestContext;
import dev.portcullis.policy.match.Principal;
import dev.portcullis.policy.match.PrincipalPattern;
import dev.portcullis.policy.plan.AuthMethodSpec;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * A workload identity that Envoy verified when the connection began.
 *
 * <p>A workload of the mesh brings its certificate to whomever it calls, so an identity that no
 * principal names is no credential that fails: it is none for this method, and the next one is
 * tried.
 */
record MtlsMethod(String name, List<PrincipalPattern> principals) implements CredentialMethod {

  static MtlsMethod of(AuthMethodSpec.Mtls spec) {
    return new MtlsMethod(spec.name(), spec.principals());
  }

  @Override
  public Credential read(RequestContext request) {
    Principal id = request.peer().principal();
    return id != null && names(id) ? new Credential.Present(id.value()) : Credential.Absent.ABSENT;
  }

  private boolean names(Principal id) {
    for (int i = 0; i < principals.size(); i++) {
      if (principals.get(i).matches(id)) {
        return true;
      }
    }
    return false;
  }

  /** Holds: {@link #read} found only what a principal names. */
  @Override
  public Attempt verify(String id, Instant now, Patience patience) {
    return new Attempt.Success(
        new Authenticated(
            new Identity(
                name,
                true,
                id,
                null,
                List.of(),
                Map.of(),
                null,
                null,
                Identity.NO_END,
                List.of())));
  }

  @Override
  public void disown(String credential) {
    // There is nothing to forget.
  }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication.methods;

import dev.portcullis.engine.Patience;
import dev.portcullis.engine.authentication.credential.Credential;
import dev.portcullis.engine.request.RequestContext;

/** One method that asks for a credential, compiled. */
sealed interface CredentialMethod
    permits JwtCredentialMethod, ApiKeyMethod, MtlsMethod, IntrospectionCredentialMethod {

  /** The method's name in its policy. */
  String name();

  /** Finds what the method asks for. */
  Credential read(RequestContext request);

  /**
   * Tries the method, within what the thread may be kept.
   *
   * @param request that carries the credential; its time is what the credential is judged by
   */
  Attempt verify(String credential, RequestContext request, Patience patience);

  /** Another method holds for a credential that was foreign to this one. */
  void disown(String credential);
}

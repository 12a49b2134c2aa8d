// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.identity;

public enum Role {
  /** Reads every plan, every issued key's hash and the secrets that plans refer to. */
  DECISION_SERVICE,
  /** Registers as a gateway and reads the Envoy configuration made for it. */
  GATEWAY,
  /** Another operator, which is told what nodes acknowledged here; reads nothing else. */
  OPERATOR,
  /** Guards the pod that its token is bound to, and reads the Envoy configuration for that. */
  SIDECAR
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.identity;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Who a client is, by the API server's word.
 *
 * @param username such as {@code system:serviceaccount:shop:gateway}
 * @param pod that its token is bound to; null: to none
 */
public record Identity(String username, @Nullable BoundPod pod) {

  /** An identity whose token is bound to no pod. */
  public Identity(String username) {
    this(username, null);
  }

  /** The ServiceAccount that it is; empty when it is something else. */
  public Optional<ServiceAccountName> serviceAccount() {
    return ServiceAccountName.of(username);
  }
}

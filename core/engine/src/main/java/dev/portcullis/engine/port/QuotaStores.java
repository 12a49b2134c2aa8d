// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.port;

/**
 * Where limits are counted.
 *
 * @param own the counters of this process
 * @param shared the counters of all replicas
 */
public record QuotaStores(QuotaStore own, SharedQuotas shared) {

  /** Of a process that shares nothing. */
  public static QuotaStores alone(QuotaStore own) {
    return new QuotaStores(own, SharedQuotas.NONE);
  }

  /** Whether there is nobody to count with. */
  public boolean isAlone() {
    return shared instanceof NoSharedQuotas;
  }
}

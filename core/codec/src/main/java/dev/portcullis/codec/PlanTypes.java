// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.codec;

/**
 * Type URLs of the resources that the operator streams to the decision service over delta xDS,
 * beside Envoy's own.
 *
 * <p>{@code Any.value} holds: for a route and an issued key their canonical JSON, for a secret its
 * raw bytes, for a list of addresses its canonical text.
 */
public final class PlanTypes {
  /** Named by the route id. */
  public static final String ROUTE = "type.portcullis.dev/v1alpha1.RoutePlan";

  /** Named {@code namespace/id}. */
  public static final String API_KEY = "type.portcullis.dev/v1alpha1.ApiKey";

  /**
   * Named by the hash of the material, and for keys of probes as {@link
   * dev.portcullis.codec.probe.ProbeKey#name()} says. Never written to disk or logs.
   */
  public static final String SECRET = "type.portcullis.dev/v1alpha1.Secret";

  /** Named by the hash of its canonical text; see {@link AddressListCodec}. */
  public static final String ADDRESS_LIST = "type.portcullis.dev/v1alpha1.AddressList";

  private PlanTypes() {}
}

// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.policy.plan;

import java.util.List;

/**
 * From which countries clients may call, by two letters (ISO 3166-1).
 *
 * @param allowCountries empty: any
 * @param denyCountries also when they are allowed
 */
public record GeoSpec(
    PolicyRef source, Mode mode, List<String> allowCountries, List<String> denyCountries) {

  public GeoSpec {
    allowCountries = List.copyOf(allowCountries);
    denyCountries = List.copyOf(denyCountries);
  }
}

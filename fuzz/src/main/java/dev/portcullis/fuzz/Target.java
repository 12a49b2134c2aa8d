// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.fuzz;

import java.util.Arrays;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** What is fuzzed. Each has a directory of its own under {@code fuzz/corpus}. */
public enum Target {
  /** X-Forwarded-For, address ranges, SPIFFE IDs and their patterns. */
  ADDRESS(AddressTarget::new),
  /** The text of a list of addresses. */
  ADDRESS_LIST(AddressListTarget::new),
  /** The text of an API key. */
  API_KEY(ApiKeyTarget::new),
  /** Envoy's question, from the wire to the decision. */
  CHECK(CheckTarget::new),
  /** CEL, from its source to a value. */
  EXPRESSION(ExpressionTarget::new),
  /** A database of addresses, in MaxMind's format. */
  GEO(GeoTarget::new),
  /** JWK sets and key material. */
  KEYS(KeySetTarget::new),
  /** A request's path, and a pattern. */
  PATH(PathTarget::new),
  /** A file of policies. */
  POLICY(PolicyTarget::new),
  /** A bearer token. */
  TOKEN(TokenTarget::new);

  @SuppressWarnings("ImmutableEnumChecker") // Makers are constructor references.
  private final Supplier<FuzzTarget> maker;

  Target(Supplier<FuzzTarget> maker) {
    this.maker = maker;
  }

  /** Its name on command lines and in the file system: {@code api-key}. */
  public String title() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * Finds a target by its title.
   *
   * @throws IllegalArgumentException naming all titles when there is none
   */
  public static Target of(String title) {
    return Arrays.stream(values())
        .filter(target -> target.title().equals(title))
        .findAny()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "no target \"%s\"; there are %s"
                    .formatted(
                        title,
                        Arrays.stream(values())
                            .map(Target::title)
                            .collect(Collectors.joining(", ")))));
  }

  FuzzTarget make() {
    return maker.get();
  }
}

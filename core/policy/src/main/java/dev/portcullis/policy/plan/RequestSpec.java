// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.policy.plan;

import dev.portcullis.policy.match.Cidr;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Demands on a request's form, checked before anything else.
 *
 * @param allowAddresses when they or {@code allowLists} are not empty, a client outside of all of
 *     them is refused
 * @param denyAddresses a client inside of them is refused, also when it is allowed above
 * @param allowLists more that are allowed
 * @param denyLists more that are denied
 * @param maxBodyBytes in bytes, at least 0; null: unbounded here
 * @param contentTypes media types in lower case without parameters; empty: any. Asked only of
 *     requests with a body
 * @param maxHeaderBytes sum of the lengths of all header names and values, in bytes; null: Envoy's
 *     own bound
 * @param maxQueryParameters count; null: the engine's own bound
 */
public record RequestSpec(
    PolicyRef source,
    Mode mode,
    List<Cidr> allowAddresses,
    List<Cidr> denyAddresses,
    List<AddressListSpec> allowLists,
    List<AddressListSpec> denyLists,
    @Nullable Long maxBodyBytes,
    List<String> contentTypes,
    @Nullable Integer maxHeaderBytes,
    @Nullable Integer maxQueryParameters) {

  public RequestSpec {
    allowAddresses = List.copyOf(allowAddresses);
    denyAddresses = List.copyOf(denyAddresses);
    allowLists = List.copyOf(allowLists);
    denyLists = List.copyOf(denyLists);
    contentTypes = List.copyOf(contentTypes);
  }

  /** The same demands with other lists. */
  public RequestSpec with(List<AddressListSpec> allowed, List<AddressListSpec> denied) {
    return new RequestSpec(
        source,
        mode,
        allowAddresses,
        denyAddresses,
        allowed,
        denied,
        maxBodyBytes,
        contentTypes,
        maxHeaderBytes,
        maxQueryParameters);
  }
}
